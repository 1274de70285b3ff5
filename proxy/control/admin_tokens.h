// The file of the bearer tokens that the admin API takes:
//
//   # who   role      SHA-256 of the token
//   ci      viewer    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
//
// A name may have several tokens, all of one role, so that a new one can be handed out before the
// old one goes. The tokens themselves are in no file of the server.
//
// Threads: TokenFile any; the functions keep nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/control/admin_roles.h"
#include "proxy/control/small_file.h"
#include "proxy/control/token_digest.h"

namespace understudy {

struct AdminToken {
  std::string name;
  AdminRole role = AdminRole::kViewer;
  TokenDigest digest{};
};

// One thing wrong with the file. Shows nothing of what it holds but names.
struct TokenFault {
  int line = 1;  // from 1
  int column = 1;
  std::string message;
};

struct TokenList {
  std::vector<AdminToken> tokens;  // in the file's order
  std::vector<TokenFault> faults;  // any: the file is refused; at most kMostTokenFaults
};

inline constexpr std::size_t kMostTokens = 1000;
inline constexpr std::size_t kMostTokenFileBytes = 256u << 10;
inline constexpr std::size_t kMostTokenFaults = 20;
inline constexpr std::size_t kTokenNameBytes = 64;

// 1 to kTokenNameBytes letters, digits and . _ - @ / + :
bool IsTokenName(std::string_view name);

TokenList ParseTokens(std::string_view text);
// The same of a file. INVALID_ARGUMENT with half a sentence, which goes behind its name, when it
// cannot be read, or everybody can.
absl::StatusOr<TokenList> ReadTokens(const std::string& path);

// The token's entry, or null. Takes as long wherever it stands.
const AdminToken* FindToken(const std::vector<AdminToken>& tokens, std::string_view presented);

// The file as it is now: looked at whenever it is asked for, read again when it has changed. One
// that cannot be read, or has a fault, is logged once and leaves what was before in force.
class TokenFile {
 public:
  using Tokens = std::shared_ptr<const std::vector<AdminToken>>;

  // INVALID_ARGUMENT with a line for each fault.
  static absl::StatusOr<std::unique_ptr<TokenFile>> Open(const std::string& path);

  Tokens Present();

 private:
  explicit TokenFile(const std::string& path) : path_(path), watch_({path}) {}
  // Takes over what the file says; what is wrong with it otherwise, a line each, unless it was said
  // before.
  std::vector<std::string> Read();

  const std::string path_;
  std::mutex mutex_;
  FileWatch watch_;
  Tokens tokens_;
  TokenDigest read_{};  // of the text that was read last, with its faults
};

}  // namespace understudy
