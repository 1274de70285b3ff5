// Finds the parts of HTTP/1.1 messages in what was received, in place: the head, pieces of the
// body, the end. Knows Content-Length and chunked; everything else about a head is skipped.
//
// Threads: one. Ownership: keeps a copy of a head only while it is incomplete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::bench {

class MessageScanner {
 public:
  enum class Found { kNothing, kHead, kPiece, kEnd, kFault };

  // An answer without framing is a fault, a request without framing has no body.
  explicit MessageScanner(bool answers) : answers_(answers) {}

  // Takes from the front of `input` up to the next thing found. kNothing: `input` is used up.
  Found Next(std::string_view& input);
  int Status() const { return status_; }
  // Of the body, after kPiece; valid as long as the input.
  std::string_view Piece() const { return piece_; }
  // Nothing of a message has been seen.
  bool AtStart() const { return state_ == State::kHead && partial_.empty(); }
  void Restart();

 private:
  enum class State { kHead, kBody, kChunkSize, kChunk, kChunkEnd, kTrailer, kDone };

  Found NextOfHead(std::string_view& input);
  Found NextOfChunks(std::string_view& input);
  bool Understand(std::string_view head);
  // The next line of `input` without its end, over several inputs; false: not there yet.
  bool TakeLine(std::string_view& input, std::string_view& line);
  Found TakePiece(std::string_view& input, State after);

  const bool answers_;
  State state_ = State::kHead;
  int status_ = 0;
  std::uint64_t left_ = 0;  // of the body or the chunk
  std::string partial_;     // a head or line that is not complete
  std::string line_;
  std::string_view piece_;
};

}  // namespace understudy::bench
