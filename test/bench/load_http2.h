// An HTTP/2 connection of the load and its streams: each asks again when it has its answer.
//
// Threads: the loop's. Ownership: the streams own their connection together; borrow the load.
#pragma once

#include <memory>
#include <vector>

#include "test/bench/body_check.h"
#include "test/bench/http2_peer.h"
#include "test/bench/load.h"

namespace understudy::bench {

class Load::Http2Stream : public Load::Client {
 public:
  Http2Stream(Load& load, std::shared_ptr<Http2Link> link) : load_(load), link_(std::move(link)) {}

  void Connect() override;
  void Ask(Nanos due) override;

 private:
  friend class Load::Http2Link;
  Load& load_;
  const std::shared_ptr<Http2Link> link_;
  Http2Body body_;
  BodyCheck answer_{load_.expected_};
  bool ok_ = false;        // :status 200
  bool graceful_ = false;  // grpc-status: 0
  bool ended_ = false;
};

class Load::Http2Link : public Http2Peer {
 public:
  explicit Http2Link(Load& load) : Http2Peer(load.loop_, false), load_(load) {}

  // Connects, or tells a stream that there is a connection.
  void Join(Http2Stream& stream);
  void Ask(Http2Stream& stream);
  void OnReady(std::uint32_t events) override;

 private:
  void OnField(void* object, std::string_view name, std::string_view value) override;
  void OnPiece(void* object, std::string_view piece) override;
  void OnEnd(std::int32_t, void* object) override {
    static_cast<Http2Stream*>(object)->ended_ = true;
  }
  void OnClosed(void* object, std::uint32_t code) override;
  void OnBroken() override;

  Load& load_;
  bool connecting_ = false;
  std::vector<Http2Stream*> waiting_;  // for the connection
  std::vector<Http2Stream*> asking_;
};

}  // namespace understudy::bench
