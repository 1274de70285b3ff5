// A request's head as a server of HTTP/2 gets it, made of the text that one of HTTP/1.1 would get
// (head_writer.h), so that both are written by one set of rules.
//
// Threads: none; a value. Ownership: refers to the text and the scheme.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "proxy/model/message.h"

namespace understudy {

class Http2RequestHead {
 public:
  // `text` with its empty line; its fields had been looked at before. What stands in it for a
  // connection of HTTP/1.1 alone stays behind.
  Http2RequestHead(std::string_view text, std::string_view scheme);

  // Whether the text was a head.
  bool Whole() const { return whole_; }
  // With the pseudo-fields, names in whatever case.
  std::span<const nghttp2_nv> Fields() const { return fields_; }
  // kNone: no body follows. Else kLength or kChunked.
  Framing BodyFraming() const { return framing_; }
  std::uint64_t Length() const { return length_; }  // of a body with kLength, in bytes

 private:
  void Add(std::string_view name, std::string_view value);

  absl::InlinedVector<nghttp2_nv, 32> fields_;
  Framing framing_ = Framing::kNone;
  std::uint64_t length_ = 0;
  bool grpc_ = false;
  bool whole_ = false;
};

}  // namespace understudy
