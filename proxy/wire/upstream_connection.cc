// Opening, interrupting and counting upstream connections.
#include "proxy/wire/upstream_connection.h"

#include "proxy/wire/upstream_pool.h"

namespace understudy {
namespace {

constexpr std::size_t kSmallTurn = 64u << 10;

}  // namespace

UpstreamConnection::UpstreamConnection(Worker& worker, EndpointState& to)
    : endpoint(to),
      socket(worker.reactor),
      deadline(
          worker.deadlines,
          [](void* self) {
            auto* connection = static_cast<UpstreamConnection*>(self);
            connection->expired = true;
            connection->Interrupt();
          },
          this) {
  ++endpoint.cluster->open_connections;
}

UpstreamConnection::~UpstreamConnection() { endpoint.cluster->ConnectionClosed(); }

void UpstreamConnection::ReadInSmallTurns() {
  input.LimitReads(kSmallTurn);
  socket.LimitTurns(kSmallTurn);
}

void UpstreamConnection::Interrupt() { socket.Cancel(); }

}  // namespace understudy
