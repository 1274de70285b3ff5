// One HTTP/2 connection of a stub: answers each stream whose request is the one that was sent.
//
// Threads: the loop's. Ownership: keeps itself until the other side has left; borrows the stub.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "test/bench/body_check.h"
#include "test/bench/http2_peer.h"
#include "test/bench/stub.h"

namespace understudy::bench {

class Stub::Http2Connection : public Http2Peer,
                              public std::enable_shared_from_this<Stub::Http2Connection> {
 public:
  explicit Http2Connection(Stub& stub) : Http2Peer(stub.loop_, true), stub_(stub) {}

  void Begin(int fd);
  void OnReady(std::uint32_t events) override;
  // False: the stream is gone.
  void Answer(std::int32_t stream, bool differing);

 private:
  struct Call {
    explicit Call(const std::string& expected) : body(expected) { body.Begin(); }
    BodyCheck body;
    Http2Body answer;
    std::int32_t stream = 0;
  };

  void OnBegin(std::int32_t stream) override;
  void OnField(void*, std::string_view, std::string_view) override {}
  void OnPiece(void* object, std::string_view piece) override {
    static_cast<Call*>(object)->body.Take(piece);
  }
  void OnEnd(std::int32_t stream, void* object) override;
  void OnClosed(void* object, std::uint32_t code) override;
  void OnBroken() override;

  Stub& stub_;
  std::unordered_map<std::int32_t, Call> calls_;
  std::shared_ptr<Http2Connection> self_;  // while open
};

}  // namespace understudy::bench
