// Accepting, answering, streaming.
#include "test/bench/stub.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "test/bench/grpc_message.h"
#include "test/bench/inference_text.h"
#include "test/bench/sockets.h"
#include "test/bench/stub_connection.h"
#include "test/bench/stub_http2.h"

namespace understudy::bench {
namespace {

constexpr std::string_view kDate = "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

std::string WholeAnswer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(kDate) + "\r\n" + body;
}

std::string Chunk(const std::string& payload) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", payload.size());
  return size.data() + payload + "\r\n";
}

}  // namespace

Stub::Stub(EventLoop& loop, const StubOptions& options, const std::string& expected_body)
    : loop_(loop), options_(options), expected_body_(expected_body) {
  const bool empty = options.answer_bytes == 0;
  message_ = GrpcMessage(AnswerBody(options.answer_bytes, false));
  differing_message_ = GrpcMessage(AnswerBody(options.answer_bytes, true));
  answer_ = WholeAnswer(empty ? "" : AnswerBody(options.answer_bytes, false));
  differing_answer_ = WholeAnswer(empty ? "" : AnswerBody(options.answer_bytes, true));
  stream_head_ =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
      "Transfer-Encoding: chunked\r\n" +
      std::string(kDate) + "\r\n";
  for (int i = 0; i < options.events_per_stream; ++i) {
    events_.push_back(Chunk(StreamEvent(static_cast<std::size_t>(i))));
  }
  if (!events_.empty()) {
    stream_head_ += events_.front();
    events_.back() += "0\r\n\r\n";
  }
  using Kind = StubOptions::Kind;
  listener_ = options.kind == Kind::kRefuses        ? BindOnly(options.port)
              : options.kind == Kind::kNeverAccepts ? ListenOn(options.port, 0)
                                                    : ListenOn(options.port, 4096);
  port_ = PortOf(listener_);
  if (options.kind == Kind::kNeverAccepts) FillBacklog();
  if (options.kind == Kind::kAnswers || options.kind == Kind::kStreams ||
      options.kind == Kind::kSilent) {
    loop_.Watch(listener_, *this);
  }
}

Stub::~Stub() {
  if (listener_ >= 0) close(listener_);
  for (const int fd : filling_) close(fd);
}

void Stub::FillBacklog() {
  for (int i = 0; i < 4; ++i) filling_.push_back(ConnectTo(port_));
}

void Stub::OnReady(std::uint32_t) {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    ++counters_.connections;
    counters_.most_open = std::max(counters_.most_open, ++counters_.open);
    if (options_.http2) {
      std::make_shared<Http2Connection>(*this)->Begin(fd);
    } else {
      std::make_shared<Connection>(*this, fd)->Begin();
    }
  }
}

void Stub::Requested(const std::shared_ptr<Connection>& connection) {
  ++counters_.requests;
  switch (options_.kind) {
    case StubOptions::Kind::kStreams:
      connection->events_sent = 1;
      ++counters_.events;
      streams_.push_back(connection);
      connection->Send(stream_head_);
      return;
    case StubOptions::Kind::kAnswers:
      if (options_.delay == 0) return Answer(*connection);
      due_.push_back({Now() + options_.delay, connection, nullptr});
      return;
    default:
      return;
  }
}

void Stub::RequestedStream(const std::shared_ptr<Http2Connection>& connection,
                           std::int32_t stream) {
  ++counters_.requests;
  if (options_.kind != StubOptions::Kind::kAnswers) return;
  if (options_.delay == 0) return connection->Answer(stream, NextDiffers());
  due_.push_back({Now() + options_.delay, nullptr, connection, stream});
}

bool Stub::NextDiffers() {
  ++counters_.answers;
  const auto every = static_cast<std::uint64_t>(options_.differ_every);
  const bool differs = every > 0 && counters_.answers % every == 0;
  if (differs) ++counters_.differing;
  return differs;
}

void Stub::Answer(Connection& connection) {
  connection.Send(NextDiffers() ? differing_answer_ : answer_);
}

Nanos Stub::OnTurn(Nanos now) {
  while (!due_.empty() && due_.front().at <= now) {
    const Due due = std::move(due_.front());
    due_.pop_front();
    if (due.http2 == nullptr) {
      Answer(*due.connection);
    } else if (!due.http2->Closed()) {
      due.http2->Answer(due.stream, NextDiffers());
    }
  }
  Nanos next = due_.empty() ? kNever : due_.front().at;
  if (options_.events_per_second > 0) {
    SendEvent(now);
    next = std::min(next, next_event_);
  }
  return next;
}

// At most one a turn, so that what it sets off is taken up before the next one; a schedule that was
// missed by more than 100 events is given up.
void Stub::SendEvent(Nanos now) {
  const auto gap = static_cast<Nanos>(1e9 / options_.events_per_second);
  if (now < next_event_) return;
  if (streams_.empty() || now - next_event_ > 100 * gap) next_event_ = now;
  next_event_ += gap;
  if (streams_.empty()) return;
  const auto connection = std::move(streams_.front());
  streams_.pop_front();
  if (connection->Closed()) return;
  const std::size_t index = connection->events_sent++;
  ++counters_.events;
  const bool last = index + 1 == events_.size();
  if (last) ++counters_.answers;
  connection->Send(events_[index]);
  if (!last) streams_.push_back(connection);
}

std::string Stub::Json() const {
  std::array<char, 512> text{};
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::snprintf(text.data(), text.size(),
                R"({"port":%u,"requests":%llu,"answers":%llu,"differing":%llu,"events":%llu,)"
                R"("body_bytes":%llu,"faults":%llu,"connections":%llu,"open":%llu,)"
                R"("most_open":%llu})",
                static_cast<unsigned>(port_), number(counters_.requests), number(counters_.answers),
                number(counters_.differing), number(counters_.events), number(counters_.body_bytes),
                number(counters_.faults), number(counters_.connections), number(counters_.open),
                number(counters_.most_open));
  return text.data();
}

}  // namespace understudy::bench
