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

UpstreamConnection::UpstreamConnection(Worker& worker, EndpointState& to,
                                       const std::shared_ptr<Http2Upstream>& connection)
    : UpstreamConnection(worker, to) {
  --endpoint.cluster->open_connections;
  BecomeStream(connection);
}

UpstreamConnection::~UpstreamConnection() {
  if (has_place_) endpoint.cluster->ConnectionClosed();
}

void UpstreamConnection::BecomeStream(const std::shared_ptr<Http2Upstream>& connection) {
  has_place_ = false;
  stream = std::make_unique<Http2UpstreamStream>(connection, input);
}

void UpstreamConnection::ReadInSmallTurns() {
  if (stream != nullptr) return stream->ReadInSmallTurns();
  input.LimitReads(kSmallTurn);
  socket.LimitTurns(kSmallTurn);
}

void UpstreamConnection::Interrupt() {
  if (stream != nullptr) return stream->Interrupt();
  socket.Cancel();
}

}  // namespace understudy
