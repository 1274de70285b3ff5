// OpenSSL's reads and writes, and what its errors mean.
#include "proxy/async/tls_stream.h"

#include <fmt/format.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "proxy/async/raw_io.h"
#include "proxy/async/tcp_socket.h"

namespace understudy {
namespace {

constexpr std::size_t kRecord = 16u << 10;  // most plaintext of one
constexpr std::size_t kBatch = 60u << 10;   // of encrypted bytes in one call
constexpr int kMostReads = 64;              // of the socket, in one call: then others come first

// What OpenSSL has written on this thread and nobody has sent: it never lasts longer than a call,
// so connections that rest need no memory for it.
std::string& Fresh() {
  static thread_local std::string bytes;
  return bytes;
}

int StreamIndex() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int OnNewSession(SSL* ssl, SSL_SESSION* session);

}  // namespace

// The socket as OpenSSL sees it.
struct TlsBio {
  static TlsStream& Of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int Write(BIO*, const char* bytes, std::size_t size, std::size_t* written) {
    Fresh().append(bytes, size);
    *written = size;
    return 1;
  }

  static int Read(BIO* bio, char* bytes, std::size_t most, std::size_t* got) {
    TlsStream& stream = Of(bio);
    BIO_clear_retry_flags(bio);
    *got = 0;
    if (stream.raw_end_) return 0;
    IoResult read{asio::error::would_block, 0};
    if (stream.watch_->readable && stream.reads_left_ > 0) {
      --stream.reads_left_;
      read = ReadRaw(*stream.watch_, {bytes, most});
    }
    *got = read.bytes;
    if (!read.error) return 1;
    if (read.Blocked()) {
      BIO_set_retry_read(bio);
    } else {
      stream.raw_end_ = read.error;
    }
    return 0;
  }

  static long Control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    return command == BIO_CTRL_EOF && Of(bio).raw_end_ == asio::error::eof ? 1 : 0;
  }

  static const BIO_METHOD* Method() {
    static const BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      if (made == nullptr) throw std::bad_alloc();
      BIO_meth_set_write_ex(made, Write);
      BIO_meth_set_read_ex(made, Read);
      BIO_meth_set_ctrl(made, Control);
      return made;
    }();
    return method;
  }

  static void NewSession(TlsStream& stream, SSL_SESSION* session) {
    stream.session_->session.reset(session);
    stream.session_->generation = stream.generation_;
  }
  static bool Remembers(const TlsStream& stream) { return stream.session_ != nullptr; }
};

namespace {

int OnNewSession(SSL* ssl, SSL_SESSION* session) {
  auto* const stream = static_cast<TlsStream*>(SSL_get_ex_data(ssl, StreamIndex()));
  if (stream == nullptr || !TlsBio::Remembers(*stream)) return 0;
  TlsBio::NewSession(*stream, session);
  return 1;  // it is kept
}

}  // namespace

std::string CertificateFault(const SSL& ssl) {
  const long verified = SSL_get_verify_result(&ssl);
  if (verified == X509_V_OK) return {};
  return fmt::format("its certificate does not hold: {}", X509_verify_cert_error_string(verified));
}

std::string_view ChosenProtocol(const SSL& ssl) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(&ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

void KeepSessions(SSL_CTX& context) {
  SSL_CTX_set_session_cache_mode(&context,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(&context, OnNewSession);
}

TlsStream::TlsStream(SSL_CTX& context, TlsSide side) : ssl_(SSL_new(&context)) {
  BIO* const bio = ssl_ == nullptr ? nullptr : BIO_new(TlsBio::Method());
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_ex_data(ssl_.get(), StreamIndex(), this);
  side == TlsSide::kServer ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
}

TlsStream::~TlsStream() {
  // Without this a connection that ended early makes its session useless for the next one.
  if (established_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void TlsStream::Remember(std::shared_ptr<TlsSession> session, std::uint64_t generation) {
  session_ = std::move(session);
  generation_ = generation;
  if (session_->session != nullptr && session_->generation == generation) {
    SSL_set_session(ssl_.get(), session_->session.get());
  }
}

TlsStream::Progress TlsStream::Handshake() {
  reads_left_ = kMostReads;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_NONE && error != SSL_ERROR_WANT_READ) {
    broken_ = true;
    DescribeFailure(error);
  }
  Flush();  // a failure's alert, too
  if (broken_) return Progress::kFailed;
  established_ = error == SSL_ERROR_NONE;
  // It may have read ahead.
  if (established_ && SSL_has_pending(ssl_.get()) == 1) watch_->readable = true;
  return established_ ? Progress::kDone : Progress::kWaits;
}

void TlsStream::DescribeFailure(int error) {
  using Kind = TlsFailure::Kind;
  const std::string certificate = CertificateFault(*ssl_);
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  if (!certificate.empty()) {
    failure_ = {Kind::kCertificate, certificate};
  } else if (raw_end_) {
    failure_ = {Kind::kLeft, raw_end_ == asio::error::eof
                                 ? "it ended the connection"
                                 : "the connection broke: " + raw_end_.message()};
  } else if (error != SSL_ERROR_SSL || code == 0) {
    failure_ = {Kind::kProtocol, "an error without a reason"};
  } else if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    failure_ = {Kind::kCertificate, "it has shown no certificate"};
  } else if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) {
    failure_ = {Kind::kPlaintext, "it speaks HTTP without TLS"};
  } else {
    const char* const known = ERR_reason_error_string(code);
    const std::string_view text = known == nullptr ? "an unknown error" : known;
    // "tlsv1 alert unknown ca": the peer's, not ours.
    constexpr std::string_view kAlert = " alert ";
    const std::size_t alert = text.find(kAlert);
    failure_ = {Kind::kProtocol, alert == text.npos
                                     ? std::string(text)
                                     : fmt::format("it refused with the alert '{}'",
                                                   text.substr(alert + kAlert.size()))};
  }
}

// A read has ended with `result`, which is not a success.
void TlsStream::Ended(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  watch_->readable = true;  // whoever reads next is told
  if (error == SSL_ERROR_ZERO_RETURN) {
    end_ = asio::error::eof;
    return;
  }
  broken_ = true;
  // An end without notice may be anybody's: what came before it is not whole by that.
  end_ = raw_end_ && raw_end_ != asio::error::eof ? raw_end_ : asio::error::connection_reset;
  DescribeFailure(error);
}

IoResult TlsStream::Read(asio::mutable_buffer buffer) {
  if (end_) return {end_, 0};
  reads_left_ = kMostReads;
  auto* const to = static_cast<char*>(buffer.data());
  std::size_t filled = 0;
  ERR_clear_error();
  while (filled < buffer.size() && !end_) {
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), to + filled, buffer.size() - filled, &got);
    filled += got;
    if (result != 1) {
      Ended(result);
      break;
    }
    if (!watch_->readable && SSL_has_pending(ssl_.get()) == 0) break;
  }
  if (!Fresh().empty()) Flush();
  if (filled == 0 && end_) return {end_, 0};
  if (filled == 0) return {asio::error::would_block, 0};
  if (filled == buffer.size()) watch_->readable = true;  // there may be more, here or there
  return {{}, filled};
}

TlsStream::Sent TlsStream::SendRest() {
  std::string& fresh = Fresh();
  if (!rest_.empty()) {
    rest_.append(fresh);
    fresh.clear();
  }
  std::string& bytes = rest_.empty() ? fresh : rest_;
  std::size_t sent = 0;
  Sent result = Sent::kAll;
  while (sent < bytes.size()) {
    const ssize_t taken = SendRaw(*watch_, std::string_view(bytes).substr(sent));
    if (taken < 0) {
      result = WouldBlock() ? Sent::kPart : Sent::kFailed;
      break;
    }
    sent += static_cast<std::size_t>(taken);
  }
  if (result == Sent::kPart && &bytes == &fresh) {
    rest_.assign(fresh, sent);
  } else if (result == Sent::kPart) {
    rest_.erase(0, sent);
  } else {
    rest_ = std::string();
  }
  fresh.clear();
  return result;
}

void TlsStream::Flush() {
  if (rest_.empty() && Fresh().empty()) return;
  const Sent sent = SendRest();
  if (sent == Sent::kAll && std::exchange(shut_when_sent_, false)) ::shutdown(watch_->fd, SHUT_WR);
}

ssize_t TlsStream::Send(std::span<const std::string_view> pieces) {
  static thread_local std::array<char, kRecord> gathered;
  if (broken_ || notified_) {
    errno = EPIPE;
    return -1;
  }
  if (!rest_.empty()) {
    const Sent sent = SendRest();
    if (sent == Sent::kPart) errno = EAGAIN;
    if (sent != Sent::kAll) return -1;
  }
  std::size_t skip = owed_;
  std::size_t position = std::exchange(owed_, 0);
  std::size_t at = 0;  // the piece that is next
  std::string_view piece;
  const auto next_piece = [&] {
    while (piece.empty() && at < pieces.size()) {
      piece = pieces[at++];
      const std::size_t passed = std::min(skip, piece.size());
      piece.remove_prefix(passed);
      skip -= passed;
    }
    return !piece.empty();
  };
  bool more = next_piece();
  while (more) {
    std::string_view record = piece.substr(0, kRecord);
    if (record.size() == kRecord || at == pieces.size()) {
      piece.remove_prefix(record.size());
    } else {
      std::size_t used = 0;
      while (used < kRecord && next_piece()) {
        const std::size_t part = std::min(piece.size(), kRecord - used);
        std::memcpy(gathered.data() + used, piece.data(), part);
        used += part;
        piece.remove_prefix(part);
      }
      record = {gathered.data(), used};
    }
    more = next_piece();
    std::size_t written = 0;
    ERR_clear_error();
    if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &written) != 1) {
      broken_ = true;
      Fresh().clear();
      errno = EPIPE;
      return -1;
    }
    position += written;
    if (more && Fresh().size() < kBatch) continue;
    const Sent sent = SendRest();
    if (sent == Sent::kFailed) return -1;
    if (sent == Sent::kAll) continue;
    owed_ = 1;
    if (position > 1) return static_cast<ssize_t>(position - 1);
    errno = EAGAIN;
    return -1;
  }
  return static_cast<ssize_t>(position);
}

PeerState TlsStream::Peek() {
  if (!end_) {
    watch_->readable = true;  // the socket itself is looked at
    reads_left_ = kMostReads;
    char byte = 0;
    std::size_t got = 0;
    ERR_clear_error();
    const int result = SSL_peek_ex(ssl_.get(), &byte, 1, &got);
    if (result != 1) Ended(result);
    if (!Fresh().empty()) Flush();
    if (result == 1) watch_->readable = true;
    if (result == 1) return PeerState::kBytes;
  }
  if (!end_) return PeerState::kQuiet;
  return end_ == asio::error::eof ? PeerState::kHalfClosed : PeerState::kGone;
}

void TlsStream::CloseNotify() {
  if (!established_ || broken_ || notified_) return;
  notified_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  Flush();
}

void TlsStream::ShutdownSend() {
  CloseNotify();
  if (rest_.empty()) {
    ::shutdown(watch_->fd, SHUT_WR);
  } else {
    shut_when_sent_ = true;
  }
}

void TlsStream::SayGoodbye() {
  // Behind bytes that the socket has not taken nothing can be said any more.
  if (!abandoned_ && rest_.empty()) CloseNotify();
}

}  // namespace understudy
