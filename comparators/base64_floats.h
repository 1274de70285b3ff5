// Vectors as a base64 text of little-endian IEEE 754 binary32 numbers, which is how embeddings are
// sent when a client asks for `encoding_format: base64`. Pure, safe on any thread.
#pragma once

#include <string_view>
#include <vector>

namespace understudy {

// Appends the numbers of `text` to `out`. Strict: RFC 4648, section 4, with its padding, without
// any other byte, unused bits zero, and a whole number of floats; false otherwise (`out` may then
// have grown).
bool DecodeBase64Floats(std::string_view text, std::vector<double>& out);

}  // namespace understudy
