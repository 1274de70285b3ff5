// Streams of a stub.
#include "test/bench/stub_http2.h"

#include <sys/epoll.h>

#include "test/bench/sockets.h"

namespace understudy::bench {

void Stub::Http2Connection::Begin(int fd) {
  self_ = shared_from_this();
  SendSmallPacketsAtOnce(fd);
  Open(fd);
  stub_.loop_.Watch(fd, *this);
  Flush();
}

void Stub::Http2Connection::OnReady(std::uint32_t events) {
  if (Closed()) return;
  if ((events & EPOLLOUT) != 0) Flush();
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    ReadAll((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}

void Stub::Http2Connection::OnBegin(std::int32_t stream) {
  Call& call = calls_.try_emplace(stream, stub_.expected_body_).first->second;
  call.stream = stream;
  SetObject(stream, &call);
}

void Stub::Http2Connection::OnEnd(std::int32_t stream, void* object) {
  const BodyCheck& body = static_cast<Call*>(object)->body;
  stub_.counters_.body_bytes += body.Bytes();
  if (body.Differs() || !body.Complete()) ++stub_.counters_.faults;
  stub_.RequestedStream(self_, stream);
}

void Stub::Http2Connection::Answer(std::int32_t stream, bool differing) {
  const auto call = calls_.find(stream);
  if (call == calls_.end()) return;
  call->second.answer = {differing ? stub_.differing_message_ : stub_.message_, true};
  const nghttp2_nv fields[] = {Field(":status", "200"), Field("content-type", "application/grpc"),
                               Field("date", "Thu, 01 Jan 2026 00:00:00 GMT")};
  Http2Peer::Answer(stream, fields, call->second.answer);
  Flush();
}

void Stub::Http2Connection::OnClosed(void* object, std::uint32_t) {
  calls_.erase(static_cast<Call*>(object)->stream);
}

void Stub::Http2Connection::OnBroken() {
  --stub_.counters_.open;
  stub_.loop_.Bury(std::move(self_));
}

}  // namespace understudy::bench
