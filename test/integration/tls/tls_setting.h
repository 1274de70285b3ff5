// A folder with an authority and certificates, and asking over TLS.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"
#include "test/support/tls_files.h"
#include "test/support/tls_relay.h"

namespace understudy {

struct TlsSetting {
  // The `tls` of a listener, with further keys.
  static std::string Listener(const TestCertificate& own, std::string_view more = {}) {
    return fmt::format("tls: {{certificate: \"{}\", private_key: \"{}\"{}}}", own.certificate,
                       own.private_key, more);
  }
  // The `tls` of a cluster, with further keys of it and then of the cluster.
  std::string Cluster(std::string_view more = {}, std::string_view cluster = {}) const {
    return fmt::format(", tls: {{ca: \"{}\"{}}}{}", authority.Path(), more, cluster);
  }
  TlsRelay::Options Believing() const { return {.ca = authority.Path()}; }

  TemporaryDirectory folder;
  TestAuthority authority{folder.Path(), "ca"};
  TestCertificate own = authority.Issue("own", {{"localhost", "IP:127.0.0.1"}});
};

// One request on a connection of its own, and its answer.
inline HttpText AskAt(std::uint16_t port, std::string_view bytes) {
  const TestSocket client = TestSocket::Connect(port);
  client.Send(bytes);
  HttpReader reader(client);
  return reader.Read();
}
inline std::string PostOf(std::string_view body, std::string_view fields = {}) {
  return fmt::format("POST /x HTTP/1.1\r\nHost: models.example\r\n{}Content-Length: {}\r\n\r\n{}",
                     fields, body.size(), body);
}

}  // namespace understudy
