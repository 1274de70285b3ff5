// Where something is asked over HTTP: a URL taken apart.
//
// Threads: a value.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace understudy {

struct HttpEndpoint {
  // "http://host[:port][/path][?query]"; a host is a name, an IPv4 address or an IPv6 one in
  // brackets. InvalidArgument says what is wrong without repeating the text, which may hold a
  // secret.
  static absl::StatusOr<HttpEndpoint> Parse(std::string_view url);

  std::string host;    // without brackets
  std::string port;    // digits
  std::string target;  // path and query as they are sent
  std::string field;   // what a Host field says

  // Scheme, host, port and path, for people: without the query.
  std::string Shown() const;
};

}  // namespace understudy
