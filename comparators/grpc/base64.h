// Base64 (RFC 4648 section 4), as JSON shows bytes and as binary metadata comes. Pure functions,
// safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy {

// With padding.
void AppendBase64(std::string_view bytes, std::string& out);

// With or without padding; the URL-safe letters are taken, too. Nothing for what is no base64.
std::optional<std::string> DecodeBase64Text(std::string_view text);

}  // namespace understudy
