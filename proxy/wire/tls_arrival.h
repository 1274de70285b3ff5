// A client of a TLS listener until its handshake is over.
//
// Threads: one worker's. Ownership: the coroutine of Run() keeps it alive.
#pragma once

#include <memory>
#include <string>

#include "proxy/async/deadline.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/async/tls_context.h"
#include "proxy/wire/client_connection.h"
#include "proxy/wire/worker.h"

namespace understudy {

class TlsArrival final : public ClientConnection {
 public:
  // `listener` outlives it.
  TlsArrival(Worker& worker, TcpSocket socket, const ListenerConfig& listener);
  ~TlsArrival() override;
  TlsArrival(const TlsArrival&) = delete;
  TlsArrival& operator=(const TlsArrival&) = delete;

  // A quarter of its connections may be in their handshakes, which cost more than most requests.
  static bool TooMany(const Worker& worker, std::uint64_t most_connections);

  // True: it ended well, and the socket is to be taken over. Else it was counted, and `why` has a
  // sentence, unless nothing is worth one.
  static Task<bool> Run(std::shared_ptr<TlsArrival> self, std::shared_ptr<const TlsContext> context,
                        std::string& why);
  // The client's, without its port.
  std::string Address() const { return address_; }
  TcpSocket TakeSocket() { return std::move(socket_); }
  // HTTP/2 was chosen.
  bool Http2() const { return socket_.Tls() != nullptr && socket_.Tls()->Alpn() == "h2"; }

  // ClientConnection: it has asked for nothing yet.
  void CloseWhenIdle() override { Cut(); }
  void Cut() override { socket_.Close(); }

 private:
  void Count(const TlsFailure& failure);

  Worker& worker_;
  const ListenerConfig& listener_;
  TcpSocket socket_;
  std::string address_;
  Deadline deadline_;
  bool expired_ = false;
};

}  // namespace understudy
