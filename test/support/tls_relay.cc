// Handshakes and carrying.
#include "test/support/tls_relay.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <csignal>

namespace understudy {
namespace {

bool Poll(int fd, short events, int milliseconds) {
  pollfd waiting{fd, events, 0};
  return ::poll(&waiting, 1, milliseconds) > 0;
}

std::string CommonName(X509* certificate) {
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  X509_free(certificate);
  return name.data();
}

std::string ListOf(const std::vector<std::string>& protocols) {
  std::string list;
  for (const std::string& one : protocols) list += static_cast<char>(one.size()) + one;
  return list;
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned int offered_size, void* of_options) {
  const std::string list = ListOf(static_cast<TlsRelay::Options*>(of_options)->alpn);
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  // One of the client's bytes, which stay.
  for (const unsigned char* at = offered; at < offered + offered_size; at += *at + 1) {
    if (*at == *size && std::equal(found, found + *size, at + 1)) *chosen = at + 1;
  }
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsRelay::TlsRelay(std::uint16_t to, bool server, Options options)
    : to_(to), server_(server), options_(std::move(options)) {
  std::signal(SIGPIPE, SIG_IGN);
  context_ = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
  SSL_CTX_set_min_proto_version(context_, options_.least_version);
  SSL_CTX_set_max_proto_version(context_, options_.most_version);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_app_data(context_, this);
  if (!options_.own.certificate.empty()) {
    SSL_CTX_use_certificate_chain_file(context_, options_.own.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_, options_.own.private_key.c_str(), SSL_FILETYPE_PEM);
  }
  if (!options_.ca.empty()) {
    SSL_CTX_load_verify_file(context_, options_.ca.c_str());
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  SSL_CTX_set_session_id_context(context_, reinterpret_cast<const unsigned char*>("relay"), 5);
  const std::string list = ListOf(options_.alpn);
  if (server && !list.empty()) {
    SSL_CTX_set_alpn_select_cb(context_, ChooseProtocol, const_cast<Options*>(&options_));
  } else if (!list.empty()) {
    SSL_CTX_set_alpn_protos(context_, reinterpret_cast<const unsigned char*>(list.data()),
                            static_cast<unsigned>(list.size()));
  }
  if (!server) {
    SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context_, OnNewSession);
  }
  auto [listener, port] = TestSocket::Listen();
  listener_ = std::move(listener);
  port_ = port;
  acceptor_ = std::thread([this] { Accept(); });
}

TlsRelay::~TlsRelay() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  SSL_SESSION_free(session_);
  SSL_CTX_free(context_);
}

int TlsRelay::OnNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* const self = static_cast<TlsRelay*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  std::lock_guard lock(self->mutex_);
  SSL_SESSION_free(self->session_);
  self->session_ = session;
  return 1;
}

void TlsRelay::Accept() {
  while (!ending_) {
    if (!listener_.WaitReadable(10)) continue;
    TestSocket socket(::accept4(listener_.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.Open()) continue;
    threads_.emplace_back([this, s = std::move(socket)]() mutable { Serve(std::move(s)); });
  }
}

void TlsRelay::Serve(TestSocket socket) {
  TestSocket other;
  try {
    other = TestSocket::Connect(to_);
  } catch (const std::exception&) {
    return;
  }
  TestSocket& secret = server_ ? socket : other;
  TestSocket& plain = server_ ? other : socket;
  ::fcntl(secret.Descriptor(), F_SETFL, O_NONBLOCK);
  ::fcntl(plain.Descriptor(), F_SETFL, O_NONBLOCK);
  SSL* const ssl = SSL_new(context_);
  SSL_set_fd(ssl, secret.Descriptor());
  Handshake done = Shake(ssl, secret.Descriptor());
  const bool well = done.error.empty();
  {
    std::lock_guard lock(mutex_);
    handshakes_.push_back(std::move(done));
  }
  if (well) Pump(ssl, secret, plain);
  SSL_free(ssl);
}

TlsRelay::Handshake TlsRelay::Shake(SSL* ssl, int fd) {
  if (!server_ && !options_.server_name.empty()) {
    SSL_set_tlsext_host_name(ssl, options_.server_name.c_str());
    SSL_set1_host(ssl, options_.server_name.c_str());
  }
  if (!server_) {
    std::lock_guard lock(mutex_);
    if (session_ != nullptr) SSL_set_session(ssl, session_);
  }
  Handshake done;
  ERR_clear_error();
  for (int result = 0; result != 1;) {
    result = server_ ? SSL_accept(ssl) : SSL_connect(ssl);
    if (result == 1) break;
    const int error = SSL_get_error(ssl, result);
    const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (waits && !ending_) {
      Poll(fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, 10);
      continue;
    }
    const char* const text = ERR_reason_error_string(ERR_peek_error());
    done.error = text != nullptr ? text : "the connection ended";
    break;
  }
  done.version = SSL_get_version(ssl);
  done.resumed = SSL_session_reused(ssl) == 1;
  const unsigned char* protocol = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl, &protocol, &size);
  done.alpn.assign(reinterpret_cast<const char*>(protocol), size);
  const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr) done.server_name = name;
  done.peer = CommonName(SSL_get1_peer_certificate(ssl));
  return done;
}

void TlsRelay::Pump(SSL* ssl, TestSocket& secret, TestSocket& plain) const {
  std::string to_plain, to_secret;
  std::array<char, 16384> buffer;
  bool plain_ended = false, secret_ended = false;
  while (!ending_ && !(plain_ended && secret_ended && to_plain.empty() && to_secret.empty())) {
    bool moved = false;
    ERR_clear_error();
    if (to_plain.empty() && !secret_ended) {
      const int got = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
      const int error = got > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, got);
      if (got > 0) {
        to_plain.assign(buffer.data(), static_cast<std::size_t>(got));
        moved = true;
      } else if (error == SSL_ERROR_ZERO_RETURN) {
        secret_ended = moved = true;
        plain.EndSending();
      } else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        return plain.Reset();  // no notice
      }
    }
    if (to_secret.empty() && !plain_ended) {
      const ssize_t got = ::recv(plain.Descriptor(), buffer.data(), buffer.size(), 0);
      if (got > 0) {
        to_secret.assign(buffer.data(), static_cast<std::size_t>(got));
        moved = true;
      } else if (got == 0) {
        plain_ended = moved = true;
        if (options_.notice) SSL_shutdown(ssl);
        secret.EndSending();
      } else if (errno != EAGAIN) {
        return secret.Reset();
      }
    }
    if (!to_plain.empty()) {
      const ssize_t sent =
          ::send(plain.Descriptor(), to_plain.data(), to_plain.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return secret.Reset();
      if (sent > 0) to_plain.erase(0, static_cast<std::size_t>(sent));
      moved = moved || sent > 0;
    }
    if (!to_secret.empty()) {
      ERR_clear_error();
      const int sent = SSL_write(ssl, to_secret.data(), static_cast<int>(to_secret.size()));
      const int error = sent > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, sent);
      if (sent > 0) to_secret.erase(0, static_cast<std::size_t>(sent));
      if (sent <= 0 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        return plain.Reset();
      }
      moved = moved || sent > 0;
    }
    if (moved) continue;
    const auto events = [](bool reads, bool writes) {
      return static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
    };
    std::array<pollfd, 2> waiting = {
        pollfd{secret.Descriptor(), events(!secret_ended, !to_secret.empty()), 0},
        pollfd{plain.Descriptor(), events(!plain_ended, !to_plain.empty()), 0}};
    ::poll(waiting.data(), waiting.size(), 10);
    if ((waiting[1].revents & POLLERR) != 0) return secret.Reset();
  }
}

std::vector<TlsRelay::Handshake> TlsRelay::Handshakes() const {
  std::lock_guard lock(mutex_);
  return handshakes_;
}

bool TlsRelay::WaitForHandshakes(std::size_t count) const {
  for (int waited = 0; waited < TestSocket::kPatienceMs; waited += 2) {
    if (Handshakes().size() >= count) return true;
    LetPass(2);
  }
  return false;
}

}  // namespace understudy
