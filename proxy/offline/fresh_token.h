// Tokens for the admin API: made here, and known to the server by their digests alone.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace understudy {

struct FreshToken {
  std::string token;  // 32 bytes of the system's randomness in base64url, without padding
  std::string line;   // for the file of tokens, without a line end
};

// What a role may be.
const std::vector<std::string>& TokenRoles();

// INVALID_ARGUMENT for a name or a role that a file of tokens would not take.
absl::StatusOr<FreshToken> MakeToken(const std::string& name, const std::string& role);

// The bytes in base64url without padding.
std::string Base64Url(const std::string& bytes);

}  // namespace understudy
