// Calls of gRPC's form, one after the other on each stream's place.
#include "test/bench/load_http2.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "test/bench/sockets.h"

namespace understudy::bench {

void Load::Http2Stream::Connect() { link_->Join(*this); }

void Load::Http2Stream::Ask(Nanos when) {
  due = when;
  first_byte_at = 0;
  ok_ = graceful_ = ended_ = false;
  body_ = {load_.body_, false};
  answer_.Begin();
  link_->Ask(*this);
}

void Load::Http2Link::Join(Http2Stream& stream) {
  if (!Closed() && !connecting_) return load_.Ready(stream);
  waiting_.push_back(&stream);
  if (std::exchange(connecting_, true)) return;
  Open(ConnectTo(load_.port_));
  load_.loop_.Watch(fd_, *this);
}

void Load::Http2Link::Ask(Http2Stream& stream) {
  static const nghttp2_nv fields[] = {Field(":method", "POST"),
                                      Field(":scheme", "http"),
                                      Field(":path", "/inference.GRPCInferenceService/ModelInfer"),
                                      Field(":authority", "inference.test"),
                                      Field("te", "trailers"),
                                      Field("content-type", "application/grpc"),
                                      Field("user-agent", "bench_traffic")};
  asking_.push_back(&stream);
  if (Closed() || Request(fields, stream.body_, &stream) < 0) return;
  Flush();
}

void Load::Http2Link::OnReady(std::uint32_t events) {
  if (Closed()) return;
  if (connecting_) {
    if (ErrorOf(fd_) != 0) {
      Close();
      return OnBroken();
    }
    if ((events & EPOLLOUT) == 0) return;
    connecting_ = false;
    for (Http2Stream* stream : std::exchange(waiting_, {})) load_.Ready(*stream);
  }
  if ((events & EPOLLOUT) != 0) Flush();
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    ReadAll((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}

void Load::Http2Link::OnField(void* object, std::string_view name, std::string_view value) {
  auto& stream = *static_cast<Http2Stream*>(object);
  if (stream.first_byte_at == 0) stream.first_byte_at = Now();
  if (name == ":status") stream.ok_ = value == "200";
  if (name == "grpc-status") stream.graceful_ = value == "0";
}

void Load::Http2Link::OnPiece(void* object, std::string_view piece) {
  static_cast<Http2Stream*>(object)->answer_.Take(piece);
  load_.body_bytes_ += piece.size();
}

void Load::Http2Link::OnClosed(void* object, std::uint32_t) {
  auto& stream = *static_cast<Http2Stream*>(object);
  std::erase(asking_, &stream);
  if (!stream.ok_ || !stream.graceful_) {
    load_.Failed(LoadError::kStatus);
  } else if (stream.answer_.Differs()) {
    load_.Failed(LoadError::kBytes);
  } else if (!stream.answer_.Complete() || !stream.ended_) {
    load_.Failed(LoadError::kLength);
  }
  load_.Answered(stream, Now());
}

void Load::Http2Link::OnBroken() {
  connecting_ = false;
  for (Http2Stream* stream : std::exchange(waiting_, {})) {
    load_.Failed(LoadError::kConnect);
    load_.Broken(*stream);
  }
  for (Http2Stream* stream : std::exchange(asking_, {})) {
    load_.Failed(LoadError::kClosed);
    load_.Broken(*stream);
  }
}

}  // namespace understudy::bench
