// A stand-in for a model server: answers every request with the same bytes, at once, late, empty,
// as a stream of events, or not at all; and counts what it got.
//
// Threads: the loop's. Ownership: owns its connections; borrows the loop and the expected body.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "test/bench/event_loop.h"

namespace understudy::bench {

struct StubOptions {
  enum class Kind { kAnswers, kStreams, kSilent, kNeverAccepts, kRefuses };
  Kind kind = Kind::kAnswers;
  std::uint16_t port = 0;        // 0: any
  std::size_t answer_bytes = 0;  // of the body; 0: an answer without a body
  Nanos delay = 0;
  int differ_every = 0;          // each so manieth answer differs; 0: none
  double events_per_second = 0;  // over all streams
  int events_per_stream = 0;
  bool http2 = false;  // calls of gRPC's form
};

struct StubCounters {
  std::uint64_t requests = 0, answers = 0, differing = 0, events = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t faults = 0;  // requests that are not the one that was sent
  std::uint64_t connections = 0, open = 0, most_open = 0;
};

class Stub : public Watched, public Paced {
 public:
  Stub(EventLoop& loop, const StubOptions& options, const std::string& expected_body);
  ~Stub() override;

  std::uint16_t Port() const { return port_; }
  const StubCounters& Counters() const { return counters_; }
  // As one JSON object.
  std::string Json() const;

  void OnReady(std::uint32_t events) override;
  Nanos OnTurn(Nanos now) override;

 private:
  class Connection;
  class Http2Connection;

  void Requested(const std::shared_ptr<Connection>& connection);
  void RequestedStream(const std::shared_ptr<Http2Connection>& connection, std::int32_t stream);
  bool NextDiffers();
  void Answer(Connection& connection);
  void SendEvent(Nanos now);
  void FillBacklog();

  EventLoop& loop_;
  const StubOptions options_;
  const std::string& expected_body_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  StubCounters counters_;
  std::string answer_, differing_answer_, stream_head_;
  std::string message_, differing_message_;  // of HTTP/2
  std::vector<std::string> events_;  // each a chunk; the last one with the end of the stream
  struct Due {
    Nanos at;
    std::shared_ptr<Connection> connection;
    std::shared_ptr<Http2Connection> http2;
    std::int32_t stream = 0;
  };
  std::deque<Due> due_;                              // in order: the delay is always the same
  std::deque<std::shared_ptr<Connection>> streams_;  // the next one to get an event is first
  Nanos next_event_ = 0;
  std::vector<int> filling_;  // connections that keep the backlog full
};

}  // namespace understudy::bench
