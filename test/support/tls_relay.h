// TLS for tests that speak plaintext: a relay carries what comes on one side to the other. In front
// of a fake model server it ends TLS; before a client of plaintext it begins it.
//
// How a side ends is kept: an end with a notice is a plain end, one without is a reset.
//
// Threads: one for each connection; everything public may be called from any.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test/support/socket.h"
#include "test/support/tls_files.h"

namespace understudy {

class TlsRelay {
 public:
  struct Options {
    TestCertificate own = {};  // of a server always
    std::string ca = {};       // of a client: whom it believes; of a server: asks for one
    std::string server_name = "localhost";  // of a client; empty: it names none
    std::vector<std::string> alpn = {};
    int least_version = TLS1_2_VERSION;
    int most_version = TLS1_3_VERSION;
    bool notice = true;  // an end is told
  };
  // What was seen of one handshake.
  struct Handshake {
    std::string error;  // empty: it ended well
    std::string version;
    std::string alpn;
    std::string server_name;  // that was asked for
    std::string peer;         // common name of the peer's certificate
    bool resumed = false;
  };

  // Takes TLS and asks `port` in plaintext.
  static TlsRelay Server(std::uint16_t port, Options options) {
    return TlsRelay(port, true, std::move(options));
  }
  // Takes plaintext and asks `port` with TLS. Sessions are taken up again.
  static TlsRelay Client(std::uint16_t port, Options options) {
    return TlsRelay(port, false, std::move(options));
  }
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;

  std::uint16_t Port() const { return port_; }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<Handshake> Handshakes() const;
  // Waits, bounded, until there were so many.
  bool WaitForHandshakes(std::size_t count) const;

 private:
  TlsRelay(std::uint16_t to, bool server, Options options);
  void Accept();
  void Serve(TestSocket socket);
  Handshake Shake(SSL* ssl, int fd);
  void Pump(SSL* ssl, TestSocket& secret, TestSocket& plain) const;
  static int OnNewSession(SSL* ssl, SSL_SESSION* session);

  const std::uint16_t to_;
  const bool server_;
  const Options options_;
  SSL_CTX* context_ = nullptr;
  TestSocket listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Handshake> handshakes_;
  SSL_SESSION* session_ = nullptr;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace understudy
