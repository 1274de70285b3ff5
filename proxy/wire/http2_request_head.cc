// Line by line.
#include "proxy/wire/http2_request_head.h"

#include "proxy/model/grpc.h"
#include "proxy/wire/field_rules.h"
#include "proxy/wire/http1_syntax.h"
#include "proxy/wire/http2_session.h"

namespace understudy {
namespace {

enum Place { kMethod, kScheme, kAuthority, kPath, kPseudoFields };

// Fields whose values never come again: kept for later ones (RFC 7541 section 2.3.2), they would
// only push out those that do.
bool IsOfOneRequest(std::string_view name) {
  switch (name.size()) {
    case 11:
      return NameIs(name, "traceparent");
    case 12:
      return NameIs(name, "x-request-id") || NameIs(name, "grpc-timeout");
    case 17:
      return NameIs(name, "x-understudy-pair");
    default:
      return false;
  }
}

}  // namespace

Http2RequestHead::Http2RequestHead(std::string_view text, std::string_view scheme) {
  const std::size_t after_method = text.find(' ');
  const std::size_t after_target = text.find(' ', after_method + 1);
  std::size_t end = text.find("\r\n");
  if (after_target == std::string_view::npos || end == std::string_view::npos) return;
  fields_.resize(kPseudoFields);
  fields_[kMethod] = Http2Field(":method", text.substr(0, after_method));
  fields_[kScheme] = Http2Field(":scheme", scheme);
  fields_[kAuthority] = Http2Field(":authority", {});
  fields_[kPath] =
      Http2Field(":path", text.substr(after_method + 1, after_target - after_method - 1));
  while (true) {
    const std::size_t begin = end + 2;
    end = text.find("\r\n", begin);
    if (end == std::string_view::npos) return;
    if (end == begin) break;
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    Add(line.substr(0, colon), syntax::TrimOws(line.substr(colon + 1)));
  }
  // gRPC's servers refuse a client that does not say so, and everything here passes trailers on.
  if (grpc_) fields_.push_back(Http2Field("te", "trailers"));
  whole_ = true;
}

void Http2RequestHead::Add(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (NameIs(name, "host")) {
        fields_[kAuthority] = Http2Field(":authority", value);
        return;
      }
      break;
    case 12:
      grpc_ = grpc_ || (NameIs(name, "content-type") && IsGrpcType(value));
      break;
    case 14:
      if (NameIs(name, "content-length")) {
        length_ = syntax::ParseDecimal(value).value_or(0);
        if (length_ > 0) framing_ = Framing::kLength;
      }
      break;
    case 17:
      if (NameIs(name, "transfer-encoding")) framing_ = Framing::kChunked;
      break;
    default:
      break;
  }
  if (IsHopByHop(name)) return;
  fields_.push_back(Http2Field(name, value));
  if (IsOfOneRequest(name)) fields_.back().flags |= NGHTTP2_NV_FLAG_NO_INDEX;
}

}  // namespace understudy
