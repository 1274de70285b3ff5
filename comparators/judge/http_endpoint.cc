// Taking a URL apart, strictly.
#include "comparators/judge/http_endpoint.h"

#include <algorithm>
#include <cstdlib>

namespace understudy {
namespace {

constexpr std::string_view kScheme = "http://";
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr int kMaxPort = 65535;

absl::Status Fault(const char* what) { return absl::InvalidArgumentError(what); }

bool IsHostByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

bool IsAddressByte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
         c == '.';
}

bool IsPort(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  const int port = std::atoi(std::string(text).c_str());
  return port > 0 && port <= kMaxPort;
}

}  // namespace

absl::StatusOr<HttpEndpoint> HttpEndpoint::Parse(std::string_view url) {
  if (url.substr(0, 8) == "https://") {
    return Fault(
        "is of https, which is not spoken here; put a proxy that ends TLS on this machine, "
        "or a judge of your own that asks the other one");
  }
  if (url.substr(0, kScheme.size()) != kScheme) return Fault("must begin with http://");
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  if (url.size() > kMaxUrlBytes || !std::all_of(url.begin(), url.end(), is_visible)) {
    return Fault("must be at most 2048 visible ASCII characters without spaces");
  }
  if (url.find('#') != std::string_view::npos) return Fault("must have no fragment (#)");
  url.remove_prefix(kScheme.size());
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  std::string_view authority = url.substr(0, end);
  if (authority.find('@') != std::string_view::npos) {
    return Fault("must have no user name or password; a token stands in \"token_file\"");
  }
  HttpEndpoint endpoint;
  endpoint.field = std::string(authority);
  endpoint.target = std::string(url.substr(end));
  if (endpoint.target.empty() || endpoint.target.front() == '?') {
    endpoint.target.insert(0, 1, '/');
  }
  bool good = true;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t close = std::min(authority.find(']'), authority.size());
    endpoint.host = std::string(authority.substr(1, close - 1));
    good = close < authority.size() &&
           std::all_of(endpoint.host.begin(), endpoint.host.end(), IsAddressByte);
    authority.remove_prefix(std::min(close + 1, authority.size()));
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    endpoint.host = std::string(authority.substr(0, colon));
    good = std::all_of(endpoint.host.begin(), endpoint.host.end(), IsHostByte);
    authority.remove_prefix(colon);
  }
  if (!good || endpoint.host.empty()) {
    return Fault("must name a host: http://host:port/path, an IPv6 address in brackets");
  }
  endpoint.port = "80";
  if (authority.empty()) return endpoint;
  if (authority.front() != ':' || !IsPort(authority.substr(1))) {
    return Fault("must have a port from 1 to 65535");
  }
  endpoint.port = std::string(authority.substr(1));
  return endpoint;
}

std::string HttpEndpoint::Shown() const {
  return std::string(kScheme) + field + target.substr(0, target.find('?'));
}

}  // namespace understudy
