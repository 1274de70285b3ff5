// Chunks made and unmade.
#include "proxy/wire/http2_body.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace understudy {
namespace {

void Append(std::string_view bytes, InputBuffer& into) {
  while (!bytes.empty()) {
    const auto room = into.Prepare();
    const std::size_t take = std::min(bytes.size(), room.size());
    std::memcpy(room.data(), bytes.data(), take);
    into.Commit(take);
    bytes.remove_prefix(take);
  }
}

}  // namespace

void Http2Incoming::Data(std::string_view payload, InputBuffer& into) {
  if (payload.empty()) return;
  if (!chunked_) return Append(payload, into);
  char size[20];
  char* end = std::to_chars(size, size + 16, payload.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  Append({size, static_cast<std::size_t>(end - size)}, into);
  Append(payload, into);
  Append("\r\n", into);
}

void Http2Incoming::End(std::string_view trailers, InputBuffer& into) {
  ended_ = true;
  if (!chunked_) return;
  Append("0\r\n", into);
  Append(trailers, into);
  Append("\r\n", into);
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
