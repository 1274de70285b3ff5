// Randomness of the system, and the digest that the server compares.
#include "proxy/offline/fresh_token.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <string_view>

#include "proxy/base/status.h"
#include "proxy/control/admin_tokens.h"

namespace understudy {
namespace {

constexpr std::size_t kTokenBytes = 32;

absl::StatusOr<std::string> RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Up to 256 bytes come whole or not at all.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(count)) {
    return Internal("the system gave no random bytes");
  }
  return bytes;
}

}  // namespace

std::string Base64Url(const std::string& bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) text += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0) text += kDigits[bits << (6 - held) & 63];
  return text;
}

const std::vector<std::string>& TokenRoles() {
  static const std::vector<std::string> roles = {"viewer", "operator", "approver", "admin"};
  return roles;
}

absl::StatusOr<FreshToken> MakeToken(const std::string& name, const std::string& role) {
  if (!IsTokenName(name)) {
    return InvalidArgument(
        fmt::format("a name has 1 to {} letters, digits and . _ - @ / + :", kTokenNameBytes));
  }
  if (!ParseAdminRole(role)) {
    return InvalidArgument(fmt::format("a role is one of {}", fmt::join(TokenRoles(), ", ")));
  }
  ASSIGN_OR_RETURN(const std::string bytes, RandomBytes(kTokenBytes));
  const std::string token = Base64Url(bytes);
  return FreshToken{token, fmt::format("{} {} {}", name, role, DigestText(DigestOfToken(token)))};
}

}  // namespace understudy
