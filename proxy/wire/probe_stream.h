// A health check's connection: a connected socket, with TLS over it or without.
//
// Threads: one loop's. Ownership: the socket outlives it; closing that ends every wait.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/async/task.h"
#include "proxy/async/tls_context.h"

namespace understudy {

class ProbeStream {
 public:
  explicit ProbeStream(Socket& socket) : socket_(socket) {}

  // The handshake: empty, or why there is no TLS.
  Task<std::string> Secure(std::shared_ptr<const TlsContext> context, std::string server_name,
                           TlsProtocols protocols);
  // The server chose HTTP/2.
  bool Http2() const;
  bool Https() const { return tls_ != nullptr; }

  // All of it.
  Task<error_code> Write(std::string_view bytes);
  // What there is.
  Task<std::pair<error_code, std::size_t>> Read(asio::mutable_buffer buffer);

 private:
  struct Tls {
    Tls(SSL_CTX& native, Socket& socket) : context(&native), stream(socket, context) {}
    asio::ssl::context context;
    asio::ssl::stream<Socket&> stream;
  };

  Socket& socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace understudy
