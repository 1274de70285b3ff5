// A block of header fields as HTTP/2 brings it, collected as HTTP/1.1 writes it, so that one strict
// reader of heads (http1_head.h) judges both.
//
// Threads: none; a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

struct Http2BlockLimits {
  std::size_t bytes = 64u << 10;  // as SETTINGS_MAX_HEADER_LIST_SIZE counts: 32 for each field
  int fields = 100;
};

class Http2Block {
 public:
  explicit Http2Block(const Http2BlockLimits& limits) : limits_(limits) {}

  void Clear();
  // `of_trailers`: what may not follow a request's body is left out.
  void Add(std::string_view name, std::string_view value, bool of_trailers);

  // Beyond its limits: the rest was not kept.
  bool TooLarge() const { return bytes_ > limits_.bytes || fields_ > limits_.fields; }
  // So far beyond them that only a flood does it.
  bool Flood() const { return bytes_ > 4 * limits_.bytes + (64u << 10); }

  // A request's head, with its empty line. `ends`: no body follows. Until the next one is written.
  std::string_view RequestHead(bool ends);
  // An answer's.
  std::string_view AnswerHead(bool ends);
  // Lines without the empty one.
  std::string_view Trailers() const { return lines_; }

  // Of an answer.
  int Status() const { return status_; }
  // By the content type, which may be known of a block that is too large, too.
  bool Grpc() const { return grpc_; }
  // Whether the body is given in chunks: it has no length of its own, or trailers are to come.
  bool Chunked() const { return !has_length_ || grpc_ || (announces_trailers_ && status_ != 304); }
  // In bytes, as content-length says, also where the body is given in chunks; 0: it says nothing.
  std::uint64_t Length() const;
  // :authority and Host name different places.
  bool TwoHosts() const { return !authority_.empty() && !host_.empty() && authority_ != host_; }

 private:
  void AddPseudo(std::string_view name, std::string_view value);
  void WriteFraming(bool ends);

  const Http2BlockLimits limits_;
  std::string method_, path_, authority_, host_, protocol_;
  int status_ = 0;
  std::string lines_;
  std::string cookies_;
  std::string length_;
  std::string text_;
  std::size_t bytes_ = 0;
  int fields_ = 0;
  bool has_length_ = false;
  bool grpc_ = false;
  bool announces_trailers_ = false;  // by a Trailer field (RFC 9110 section 6.6.2)
};

}  // namespace understudy
