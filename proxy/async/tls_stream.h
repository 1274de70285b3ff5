// TLS (OpenSSL) under one socket: what TcpSocket and the reactor read and write goes through it.
//
// Reads and writes OpenSSL does are of memory and of the socket's readiness, so it waits for
// nothing but bytes to read: what it has to send is sent in one call where the socket takes it, and
// kept where not. A call that sends tells as sent only what the socket has taken, as a plain one
// does, but for one byte: the last one of a record that is kept is offered again, and passed over
// then.
//
// Threads: the socket's worker. Ownership: the socket's watch owns it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "proxy/async/resumption.h"
#include "proxy/async/tls_handles.h"

namespace understudy {

struct SocketWatch;
enum class PeerState;

enum class TlsSide { kServer, kClient };

// Why there is no connection.
struct TlsFailure {
  enum class Kind {
    kNone,
    kLeft,         // the peer ended or reset the connection
    kProtocol,     // no TLS, or nothing that both sides have
    kCertificate,  // the peer has none, or one that does not hold
    kPlaintext,    // it speaks HTTP
  };
  Kind kind = Kind::kNone;
  std::string reason;  // "its certificate does not hold: certificate has expired"
};

// The last session with one peer, for the next connection to it.
struct TlsSession {
  TlsHandle<SSL_SESSION> session;
  std::uint64_t generation = 0;  // of the context it was made under
};

// What is wrong with the peer's certificate: "its certificate does not hold: certificate has
// expired"; empty: nothing.
std::string CertificateFault(const SSL& ssl);
// By ALPN; empty: none.
std::string_view ChosenProtocol(const SSL& ssl);

class TlsStream {
 public:
  // Nothing is sent yet. Throws std::bad_alloc.
  TlsStream(SSL_CTX& context, TlsSide side);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  SSL& Native() { return *ssl_; }
  // New sessions go there.
  void Remember(std::shared_ptr<TlsSession> session, std::uint64_t generation);
  // Once, before anything else.
  void AttachTo(SocketWatch& watch) { watch_ = &watch; }

  enum class Progress { kDone, kWaits, kFailed };
  // As far as it can get; kWaits: for the socket to be readable.
  Progress Handshake();
  // Why it failed, or the connection after it.
  const TlsFailure& Failure() const { return failure_; }
  // The peer has not sent a byte.
  bool HeardNothing() const { return BIO_number_read(SSL_get_rbio(ssl_.get())) == 0; }
  bool Resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  // The protocol both sides chose ("h2"); empty: none.
  std::string_view Alpn() const { return ChosenProtocol(*ssl_); }

  IoResult Read(asio::mutable_buffer buffer);
  // -1 and errno, as of sendmsg().
  ssize_t Send(std::span<const std::string_view> pieces);
  PeerState Peek();
  // What is kept is sent as far as the socket takes it.
  void Flush();
  // No more is sent; the peer is told.
  void ShutdownSend();
  // Told, too, as far as that goes without waiting, unless the peer had better not take what it has
  // for whole.
  void SayGoodbye();
  void Abandon() { abandoned_ = true; }

 private:
  friend struct TlsBio;
  enum class Sent { kAll, kPart, kFailed };
  Sent SendRest();
  void Ended(int result);
  void DescribeFailure(int error);
  void CloseNotify();

  TlsHandle<SSL> ssl_;
  SocketWatch* watch_ = nullptr;
  std::string rest_;      // encrypted, and not yet taken by the socket
  std::size_t owed_ = 0;  // bytes at the front of the next Send() that are in there already
  int reads_left_ = 0;    // of the socket, in one call
  error_code raw_end_;    // how the socket ended
  error_code end_;        // how reading did
  TlsFailure failure_;
  std::shared_ptr<TlsSession> session_;
  std::uint64_t generation_ = 0;
  bool established_ = false;
  bool broken_ = false;  // OpenSSL must not be asked again
  bool notified_ = false;
  bool abandoned_ = false;
  bool shut_when_sent_ = false;
};

// For contexts of clients: sessions go to the TlsStream whose they are.
void KeepSessions(SSL_CTX& context);

}  // namespace understudy
