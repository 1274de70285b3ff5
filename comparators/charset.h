// Text of an answer as UTF-8, whatever charset its content-type names.
//
// Threads: pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace understudy {

// The charset parameter of a Content-Type value, in lower case and without quotes; empty without
// one.
std::string CharsetOf(std::string_view content_type);

// Whether text of this charset is read as it is: none named, UTF-8 or US-ASCII.
bool IsPlainCharset(std::string_view charset);
// Whether the bytes are what a plain charset allows; anything goes where none is named.
bool IsWellFormed(std::string_view charset, std::string_view text);

// `text` of another charset as UTF-8: iso-8859-1, windows-1252, and utf-16 with a byte order mark
// or big-endian without one, utf-16le, utf-16be. InvalidArgument for bytes the charset does not
// have, ResourceExhausted for more than `max_bytes` of UTF-8, Unimplemented for a charset that is
// not known.
absl::StatusOr<std::string> ToUtf8(std::string_view charset, std::string_view text,
                                   std::size_t max_bytes);

}  // namespace understudy
