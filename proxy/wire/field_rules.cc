// The lists.
#include "proxy/wire/field_rules.h"

#include <algorithm>
#include <span>

#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

char Folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c == '_' ? '-' : c;
}

constexpr std::string_view kCredentials[] = {"authorization",
                                             "cookie",
                                             "x-api-key",
                                             "api-key",
                                             "idempotency-key",
                                             "x-auth-token",
                                             "x-access-token",
                                             "x-goog-api-key",
                                             "x-amz-security-token",
                                             "x-functions-key",
                                             "openai-organization",
                                             "openai-project",
                                             "x-amzn-oidc-data",
                                             "x-amzn-oidc-accesstoken",
                                             "x-forwarded-access-token",
                                             "sec-websocket-protocol"};

constexpr std::string_view kNotAfterBody[] = {
    "content-length", "host",          "trailer",          "expect",
    "max-forwards",   "range",         "cache-control",    "content-encoding",
    "content-type",   "content-range", "www-authenticate", "set-cookie",
    "forwarded"};

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view listed) { return Means(name, listed); });
}

}  // namespace

bool MeansPrefix(std::string_view name, std::string_view lower) {
  if (name.size() < lower.size()) return false;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (Folded(name[i]) != lower[i]) return false;
  }
  return true;
}

bool IsHopByHop(std::string_view name) {
  switch (name.size()) {
    case 2:
      return Means(name, "te");
    case 5:
      return Means(name, "proxy");  // a CGI server would take it for HTTP_PROXY
    case 7:
      return Means(name, "upgrade");
    case 10:
      return Means(name, "connection") || Means(name, "keep-alive");
    case 14:
      return Means(name, "http2-settings");
    case 16:
      return Means(name, "proxy-connection");
    case 17:
      return Means(name, "transfer-encoding");
    case 18:
      return Means(name, "proxy-authenticate");
    case 19:
      return Means(name, "proxy-authorization");
    case 25:
      return Means(name, "proxy-authentication-info");
    default:
      return false;
  }
}

bool IsCredential(std::string_view name) { return IsOneOf(name, kCredentials); }

bool IsForbiddenTrailer(std::string_view name) {
  return IsHopByHop(name) || IsCredential(name) || IsOneOf(name, kNotAfterBody) ||
         MeansPrefix(name, "x-forwarded-") || MeansPrefix(name, "x-understudy-");
}

NominatedFields::NominatedFields(const std::vector<HeaderField>& fields) : fields_(fields) {
  for (const HeaderField& field : fields) {
    any_ = any_ || (NameIs(field.name, "connection") && !NameIs(field.value, "keep-alive") &&
                    !NameIs(field.value, "close"));
  }
}

bool NominatedFields::Search(std::string_view name) const {
  bool found = false;
  for (const HeaderField& field : fields_) {
    if (!NameIs(field.name, "connection")) continue;
    syntax::ForEachElement(
        field.value, [&](std::string_view option) { found = found || SameName(option, name); });
  }
  return found;
}

}  // namespace understudy
