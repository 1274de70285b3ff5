// Literals, and a probe that says why a port cannot be had (gRPC itself does not).
#include "proxy/control/admin_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <system_error>

#include "proxy/base/status.h"

namespace understudy {
namespace {

std::string HostOf(const SocketAddress& address) {
  return address.host == "localhost" ? "127.0.0.1" : address.host;
}

template <typename Address>
std::string TryBind(const Address& address, int family) {
  const int socket_fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return std::generic_category().message(errno);
  const int on = 1;
  setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound =
      bind(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      listen(socket_fd, 1) == 0;
  const std::string why = bound ? "" : std::generic_category().message(errno);
  close(socket_fd);
  return why;
}

}  // namespace

bool MayLeaveLoopback(const AdminConfig& config) {
  return config.tls.has_value() && (!config.tokens.empty() || !config.tls->client_ca.empty());
}

absl::StatusOr<std::string> AdminListenAddress(const AdminConfig& config) {
  const SocketAddress& address = *config.grpc;
  const bool anywhere = MayLeaveLoopback(config);
  const std::string host = HostOf(address);
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1 &&
      (anywhere || (ntohl(four.s_addr) >> 24) == 127)) {
    return fmt::format("{}:{}", host, address.port);
  }
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1 && (anywhere || IN6_IS_ADDR_LOOPBACK(&six))) {
    return fmt::format("[{}]:{}", host, address.port);
  }
  const std::string shown = address.text.empty() ? host : address.text;
  return absl::PermissionDeniedError(ToAbsl(
      anywhere ? fmt::format("the admin API will not listen on {}: it is no IP address", shown)
               : fmt::format("the admin API will not listen on {}: without `admin.tls`, and "
                             "`admin.tokens` or `admin.tls.client_ca`, only a loopback address "
                             "such as 127.0.0.1:9900 is allowed",
                             shown)));
}

std::string WhyNotBindable(const SocketAddress& address) {
  const std::string host = HostOf(address);
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) return TryBind(four, AF_INET);
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(address.port);
  if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1) return TryBind(six, AF_INET6);
  return "no IP address";
}

}  // namespace understudy
