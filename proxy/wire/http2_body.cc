// Chunks made and unmade.
#include "proxy/wire/http2_body.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace understudy {

void AppendTo(InputBuffer& into, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = into.Prepare();
    const std::size_t take = std::min(bytes.size(), room.size());
    std::memcpy(room.data(), bytes.data(), take);
    into.Commit(take);
    bytes.remove_prefix(take);
  }
}

void Http2Incoming::Data(std::string_view payload) {
  if (payload.empty()) return;
  if (!chunked_) return AppendTo(apart_, payload);
  char size[20];
  char* end = std::to_chars(size, size + 16, payload.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  AppendTo(apart_, {size, static_cast<std::size_t>(end - size)});
  AppendTo(apart_, payload);
  AppendTo(apart_, "\r\n");
}

void Http2Incoming::End(std::string_view trailers) {
  ended_ = true;
  if (!chunked_) return;
  AppendTo(apart_, "0\r\n");
  AppendTo(apart_, trailers);
  AppendTo(apart_, "\r\n");
}

void Http2Incoming::MoveInto(InputBuffer& into) {
  if (into.Empty()) {
    std::swap(into, apart_);
  } else {
    AppendTo(into, apart_.Bytes());
    apart_.Consume(apart_.Bytes().size());
  }
}

void Http2Outgoing::Append(std::string_view framed) {
  scanner_.Scan(framed, [this](std::string_view piece) { payload_.append(piece); });
  if (scanner_.Done()) ended_ = true;
}

void Http2Outgoing::Sent(std::size_t bytes) {
  sent_ += bytes;
  // What large bodies have taken is given back in large pieces.
  if (sent_ == payload_.size()) {
    payload_.clear();
    sent_ = 0;
  } else if (sent_ >= (64u << 10) && sent_ >= payload_.size() / 2) {
    payload_.erase(0, sent_);
    sent_ = 0;
  }
}

}  // namespace understudy
