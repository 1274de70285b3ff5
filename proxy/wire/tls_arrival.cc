// The handshake, its deadline, and what becomes of those that fail.
#include "proxy/wire/tls_arrival.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/wire/error_answer.h"
#include "proxy/wire/last_answer.h"

namespace understudy {
namespace {

std::string PlaintextRefusal() {
  const std::string body =
      ErrorBody("bad_request", "this address speaks TLS: ask by https, not http");
  return fmt::format(
      "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
      "x-understudy-reason: bad_request\r\nConnection: close\r\n\r\n{}",
      body.size(), body);
}

}  // namespace

TlsArrival::TlsArrival(Worker& worker, TcpSocket socket, const ListenerConfig& listener)
    : worker_(worker),
      listener_(listener),
      socket_(std::move(socket)),
      deadline_(
          worker.deadlines,
          [](void* self) {
            auto* const arrival = static_cast<TlsArrival*>(self);
            arrival->expired_ = true;
            arrival->socket_.Cancel();
          },
          this) {
  socket_.SetNoDelay();
  error_code error;
  const auto peer = socket_.RemoteAddress(error);
  address_ = error ? "of an unknown address" : peer.address().to_string();
  worker_.counters.connections_open.Add();
  ++worker_.handshakes;
}

TlsArrival::~TlsArrival() {
  worker_.counters.connections_open.Sub(1);
  --worker_.handshakes;
}

bool TlsArrival::TooMany(const Worker& worker, std::uint64_t most_connections) {
  return worker.handshakes >= std::max<std::uint64_t>(1, most_connections / 4);
}

Task<bool> TlsArrival::Run(std::shared_ptr<TlsArrival> self,
                           std::shared_ptr<const TlsContext> context, std::string& why) {
  TcpSocket& socket = self->socket_;
  self->deadline_.Arm(self->listener_.timeouts.handshake);
  socket.BeginTls(std::make_unique<TlsStream>(context->Native(), TlsSide::kServer));
  const error_code error = co_await socket.Handshake();
  self->deadline_.Disarm();
  ProcessCounters& counters = self->worker_.counters;
  if (!error) {
    counters.tls_handshakes.Add();
    if (socket.Tls()->Resumed()) counters.tls_resumptions.Add();
    co_return true;
  }
  if (self->expired_) {
    counters.tls_timeouts.Add();
    why = "it was not over in time";
  } else if (socket.IsOpen() && !socket.Tls()->HeardNothing()) {
    // Balancers see whether somebody listens, and say nothing.
    const TlsFailure failure = socket.Tls()->Failure();
    self->Count(failure);
    why = failure.reason;
    if (failure.kind == TlsFailure::Kind::kPlaintext) {
      socket.EndTls();  // whoever spoke HTTP reads HTTP
      co_await AnswerLast(self->worker_, socket, PlaintextRefusal());
    }
  }
  socket.Close();
  co_return false;
}

void TlsArrival::Count(const TlsFailure& failure) {
  const bool certificate = failure.kind == TlsFailure::Kind::kCertificate;
  (certificate ? worker_.counters.tls_bad_certificates : worker_.counters.tls_failures).Add();
}

}  // namespace understudy
