// Which header fields belong to one connection, carry a secret, or may not come after a body.
//
// Names are compared without case, and `_` stands for `-`: servers that hand fields over as CGI
// variables cannot tell `X_Forwarded_For` from `X-Forwarded-For`, so neither may this proxy.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "proxy/model/message.h"

namespace understudy {

// `lower` in lower case, with `-`.
bool MeansPrefix(std::string_view name, std::string_view lower);
inline bool Means(std::string_view name, std::string_view lower) {
  return name.size() == lower.size() && MeansPrefix(name, lower);
}

// Fields that concern this connection alone whatever Connection says (RFC 9110 section 7.6.1), and
// those between a client and a proxy.
bool IsHopByHop(std::string_view name);

// Fields that prove who a client is, or make a request count once. Shadows do not get them.
bool IsCredential(std::string_view name);

// Fields that frame, route, authenticate or describe a message must stand before its body (RFC 9110
// section 6.5.1).
bool IsForbiddenTrailer(std::string_view name);

// The fields that a message's Connection fields name besides `close` and `keep-alive`: they go no
// further.
class NominatedFields {
 public:
  explicit NominatedFields(const std::vector<HeaderField>& fields);
  bool Has(std::string_view name) const { return any_ && Search(name); }

 private:
  bool Search(std::string_view name) const;

  const std::vector<HeaderField>& fields_;
  bool any_ = false;
};

}  // namespace understudy
