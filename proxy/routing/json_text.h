// Finding and replacing one value in a JSON text by its pointer, without building a document: what
// sticky keys and body rewrites need. Every byte outside the value stays.
//
// Threads: pure functions. Hostile text is never read outside its bounds; depth is bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy {

// The text of the value at an RFC 6901 pointer ("/user", "/messages/0/role"), as it stands in
// `json` (strings with their quotes). Of equal keys the first counts. Nothing when the pointer
// leads nowhere, or the text on the way there is not JSON.
std::optional<std::string_view> FindJsonValue(std::string_view json, std::string_view pointer);

// `json` with the value at `pointer` replaced. Of equal keys the last is, which nearly every reader
// takes. A missing last key is added at the end of its object. Nothing when that cannot be done.
std::optional<std::string> SetJsonValue(std::string_view json, std::string_view pointer,
                                        std::string_view value);

}  // namespace understudy
