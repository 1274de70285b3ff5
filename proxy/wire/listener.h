// Accepts clients on one address for one worker, with TLS or without. Every worker has a listener
// of its own on the same port (SO_REUSEPORT); the kernel spreads connections over them.
//
// Threads: one worker's.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/async/task.h"
#include "proxy/wire/http1_downstream.h"
#include "proxy/wire/spare_descriptor.h"
#include "proxy/wire/tls_arrival.h"
#include "proxy/wire/watched_tls.h"

namespace understudy {

class Listener {
 public:
  // Binds; the error is a sentence that names the address. Port 0 picks a free one.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(Worker& worker,
                                                        const ListenerConfig& config,
                                                        RequestHandler& handler,
                                                        std::shared_ptr<const WatchedTls> tls = {});
  // The bound port.
  std::uint16_t Port() const { return port_; }
  // Starts accepting, once the worker's thread runs.
  void Begin();
  // No new connections; idle ones are closed, others after their answer.
  void StopAccepting();
  // Cuts what is still open.
  void CutAll();
  std::size_t OpenConnections() const { return open_.size(); }

 private:
  Listener(Worker& worker, const ListenerConfig& config, RequestHandler& handler,
           std::shared_ptr<const WatchedTls> tls);

  static Task<> Accept(Listener& listener);
  void Take(TcpSocket socket);
  // `http2`: the handshake has chosen it.
  static Task<> RunClient(Listener& listener, std::shared_ptr<Http1Downstream> client, bool http2);
  static Task<> RunTlsClient(Listener& listener, std::shared_ptr<TlsArrival> arrival);
  void TellOfFailure(const std::string& client, const std::string& why);
  // 503, and what the client still sends is read for a moment so that the answer reaches it.
  // Where TLS is spoken it is closed without a word.
  static Task<> Refuse(Listener& listener, TcpSocket socket, std::string_view reason);
  Task<> OutOfDescriptors();

  Worker& worker_;
  const ListenerConfig config_;
  RequestHandler& handler_;
  const std::shared_ptr<const WatchedTls> tls_;  // null: plaintext
  TcpSocket socket_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  int refusing_ = 0;  // connections that are being told so
  SpareDescriptor spare_;
  std::set<ClientConnection*> open_;
  SteadyTime tell_at_{};  // of the next failed handshake
};

}  // namespace understudy
