// Either the socket, or what is over it.
#include "proxy/wire/probe_stream.h"

#include <boost/asio/write.hpp>

namespace understudy {

Task<std::string> ProbeStream::Secure(std::shared_ptr<const TlsContext> context,
                                      std::string server_name, TlsProtocols protocols) {
  SSL_CTX& native = context->Native();
  SSL_CTX_up_ref(&native);  // Asio's own context lets go of it
  tls_ = std::make_unique<Tls>(native, socket_);
  SSL& ssl = *tls_->stream.native_handle();
  if (!AskFor(ssl, server_name, protocols)) {
    co_return "its name is none that a certificate can have";
  }
  auto [error] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, kAwait);
  if (error) {
    const std::string fault = CertificateFault(ssl);
    co_return fault.empty() ? error.message() : fault;
  }
  if (protocols == TlsProtocols::kHttp2 && !Http2()) co_return "it does not speak HTTP/2 (ALPN)";
  co_return std::string();
}

bool ProbeStream::Http2() const {
  return tls_ != nullptr && ChosenProtocol(*tls_->stream.native_handle()) == "h2";
}

Task<error_code> ProbeStream::Write(std::string_view bytes) {
  error_code failure;
  if (tls_ != nullptr) {
    auto [error, written] = co_await asio::async_write(tls_->stream, asio::buffer(bytes), kAwait);
    failure = error;
  } else {
    auto [error, written] = co_await asio::async_write(socket_, asio::buffer(bytes), kAwait);
    failure = error;
  }
  co_return failure;
}

Task<std::pair<error_code, std::size_t>> ProbeStream::Read(asio::mutable_buffer buffer) {
  std::pair<error_code, std::size_t> result;
  if (tls_ != nullptr) {
    auto [error, bytes] = co_await tls_->stream.async_read_some(buffer, kAwait);
    result = {error, bytes};
  } else {
    auto [error, bytes] = co_await socket_.async_read_some(buffer, kAwait);
    result = {error, bytes};
  }
  co_return result;
}

}  // namespace understudy
