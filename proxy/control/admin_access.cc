// Tokens first, then certificates.
#include "proxy/control/admin_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace understudy {
namespace {

constexpr std::size_t kCertificateNameBytes = 96;

// Cut to `most` bytes, but not within a character of UTF-8.
std::string_view Cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

std::string Printable(std::string_view name) {
  std::string text(Cut(name, kCertificateNameBytes));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

bool SameIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(x) == lower(y);
  });
}

// What stands behind "Bearer ", when the value is nothing else.
std::optional<std::string_view> BearerToken(std::string_view value) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!SameIgnoringCase(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  if (value.empty() || value.find_first_of(" \t,") != std::string_view::npos) return std::nullopt;
  return value;
}

std::string WhatIsTaken(const AdminAccessRules& rules) {
  if (rules.tokens == nullptr) {
    return "show a certificate that its `admin.tls.client_ca` signed (understudyctl --tls-cert)";
  }
  const std::string token = "send a token of its `admin.tokens` (understudyctl --token-file)";
  return rules.certificates ? token +
                                  ", or show a certificate that its `admin.tls.client_ca` "
                                  "signed (--tls-cert)"
                            : token;
}

AdminIdentity Refuse(AdminDenial denial, std::string sentence) {
  return {denial, {}, std::move(sentence)};
}

AdminIdentity ByToken(const AdminCredentials& credentials, const AdminAccessRules& rules) {
  const std::optional<std::string_view> token = credentials.authorization.size() == 1
                                                    ? BearerToken(credentials.authorization[0])
                                                    : std::nullopt;
  if (!token) {
    return Refuse(AdminDenial::kMalformedToken,
                  "the metadata `authorization` must be there once and read \"Bearer\", a space "
                  "and a token");
  }
  if (rules.tokens == nullptr) {
    return Refuse(AdminDenial::kUnknownToken,
                  "this server takes no tokens (it has no `admin.tokens`): " + WhatIsTaken(rules));
  }
  const AdminToken* const known = FindToken(*rules.tokens, *token);
  if (known == nullptr) {
    return Refuse(AdminDenial::kUnknownToken,
                  "this token is none of the server's: it may have been taken away; ask whoever "
                  "keeps its file of tokens");
  }
  return {std::nullopt, {true, known->name, known->role}, ""};
}

// The highest role that one of its names has: whoever signed it vouches for all of them.
AdminIdentity ByCertificate(const AdminCredentials& credentials, const AdminAccessRules& rules) {
  std::vector<std::string> names = credentials.alternative_names;
  names.insert(names.begin(), credentials.common_name);
  AdminCaller caller{true, "", AdminRole::kViewer};
  for (const std::string& name : names) {
    if (name.empty()) continue;
    if (caller.name.empty()) caller.name = Printable(name);
    const auto known = rules.certificate_roles.find(name);
    if (known == rules.certificate_roles.end() || known->second <= caller.role) continue;
    caller.name = Printable(name);
    caller.role = known->second;
  }
  if (caller.name.empty()) caller.name = "a certificate without a name";
  return {std::nullopt, std::move(caller), ""};
}

}  // namespace

std::string_view ToString(AdminDenial denial) {
  static constexpr std::array<std::string_view, kAdminDenials> kWords = {
      "no_credentials", "malformed_token", "unknown_token", "role_too_low"};
  return kWords[static_cast<std::size_t>(denial)];
}

AdminIdentity WhoAsks(const AdminCredentials& credentials, const AdminAccessRules& rules) {
  if (rules.tokens == nullptr && !rules.certificates) return {};
  if (!credentials.authorization.empty()) return ByToken(credentials, rules);
  if (rules.certificates && credentials.certificate) return ByCertificate(credentials, rules);
  return Refuse(AdminDenial::kNoCredentials, "this server asks who you are: " + WhatIsTaken(rules));
}

absl::Status NeedRole(const AdminCaller& caller, AdminRole least, std::string_view what) {
  if (caller.role >= least) return absl::OkStatus();
  return absl::PermissionDeniedError(fmt::format(
      "{} needs the role {}; {} has the role {}", what, ToString(least),
      caller.name.empty() ? "the caller" : "'" + caller.name + "'", ToString(caller.role)));
}

std::string ActorText(const AdminCaller& caller, std::string_view claimed) {
  if (!caller.authenticated) {
    return claimed.empty() ? "operator" : fmt::format("operator:{}", claimed);
  }
  constexpr std::size_t kAround = std::string_view("operator: (claims )").size();
  const std::size_t taken = kAround + caller.name.size();
  if (claimed.empty() || claimed == caller.name || taken >= kActorTextBytes) {
    return fmt::format("operator:{}", caller.name);
  }
  return fmt::format("operator:{} (claims {})", caller.name, Cut(claimed, kActorTextBytes - taken));
}

}  // namespace understudy
