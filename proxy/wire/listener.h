// Accepts clients on one address for one worker. Every worker has a listener of its own on the same
// port (SO_REUSEPORT); the kernel spreads connections over them.
//
// Threads: one worker's.
#pragma once

#include <memory>
#include <set>

#include "absl/status/statusor.h"
#include "proxy/async/task.h"
#include "proxy/wire/http1_downstream.h"
#include "proxy/wire/spare_descriptor.h"

namespace understudy {

class Listener {
 public:
  // Binds; the error is a sentence that names the address. Port 0 picks a free one.
  static absl::StatusOr<std::unique_ptr<Listener>> Bind(Worker& worker,
                                                        const ListenerConfig& config,
                                                        RequestHandler& handler);
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
  Listener(Worker& worker, const ListenerConfig& config, RequestHandler& handler);

  static Task<> Accept(Listener& listener);
  static Task<> RunClient(Listener& listener, std::shared_ptr<Http1Downstream> client);
  // 503, and what the client still sends is read for a moment so that the answer reaches it.
  static Task<> Refuse(Listener& listener, TcpSocket socket, std::string_view reason);
  Task<> OutOfDescriptors();

  Worker& worker_;
  const ListenerConfig config_;
  RequestHandler& handler_;
  TcpSocket socket_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  int refusing_ = 0;  // connections that are being told so
  SpareDescriptor spare_;
  std::set<ClientConnection*> open_;
};

}  // namespace understudy
