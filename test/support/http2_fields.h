// Fields as tests write them, for nghttp2.
#pragma once

#include <nghttp2/nghttp2.h>

#include <string>
#include <utility>
#include <vector>

#include "proxy/wire/http2_session.h"

namespace understudy {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

// Views of `fields`.
inline std::vector<nghttp2_nv> Http2Values(const Http2Fields& fields) {
  std::vector<nghttp2_nv> values;
  for (const auto& [name, value] : fields) values.push_back(Http2Field(name, value));
  return values;
}

}  // namespace understudy
