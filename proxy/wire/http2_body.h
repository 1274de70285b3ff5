// Bodies of HTTP/2's streams in the form that HTTP/1.1 has for them: put on where they arrive,
// taken off where they leave.
//
// Threads: one worker's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/input_buffer.h"

namespace understudy {

void AppendTo(InputBuffer& into, std::string_view bytes);

// What arrives of a body. It comes whenever it does, and is kept apart until its reader asks: what
// that one has looked at stays where it is.
class Http2Incoming {
 public:
  void Begin(bool chunked) { chunked_ = chunked; }
  // A head, before the body.
  void Text(std::string_view text) { AppendTo(apart_, text); }
  void Data(std::string_view payload);
  // `trailers` as lines.
  void End(std::string_view trailers);
  bool Ended() const { return ended_; }
  // Puts what was kept apart behind what `into` has.
  void MoveInto(InputBuffer& into);

 private:
  InputBuffer apart_;
  bool chunked_ = false;
  bool ended_ = false;
};

// What is still to be sent of a body: payload in order, then perhaps trailers.
class Http2Outgoing {
 public:
  void Begin(Framing framing, std::uint64_t content_length) {
    scanner_ = BodyScanner(framing, content_length);
    ended_ = scanner_.Done();
  }
  // Bytes of the body as HTTP/1.1 frames it.
  void Append(std::string_view framed);
  // Payload alone, of a body made here or one that ends where its connection does.
  void AppendPayload(std::string_view payload) { payload_.append(payload); }
  void End() { ended_ = true; }
  // Ends here, wherever the body was, with these trailers: lines with the empty one.
  void EndWith(std::string trailers) {
    trailers_ = std::move(trailers);
    ended_ = true;
  }

  std::string_view Pending() const { return std::string_view(payload_).substr(sent_); }
  void Sent(std::size_t bytes);
  // Nothing follows Pending() but trailers.
  bool Ended() const { return ended_; }
  bool Done() const { return ended_ && sent_ == payload_.size(); }
  // Lines with the empty one, once it has ended; empty: none.
  std::string_view Trailers() const {
    const std::string_view lines = trailers_.empty() ? scanner_.Trailers() : trailers_;
    return lines.size() > 2 ? lines : std::string_view();
  }
  // Whether the session has been told that there is nothing to send for now.
  bool deferred = false;

 private:
  BodyScanner scanner_;
  std::string payload_;
  std::string trailers_;
  std::size_t sent_ = 0;
  bool ended_ = false;
};

}  // namespace understudy
