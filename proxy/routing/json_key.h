// Comparing a key of a JSON object, as it is written, with a text.
//
// Threads: pure functions.
#pragma once

#include <string_view>

namespace understudy {

// Whether `written`, which stands between the key's quotes, means `key` once its escapes are read
// (RFC 8259 section 7). A malformed escape means nothing.
bool JsonKeyIs(std::string_view written, std::string_view key);

}  // namespace understudy
