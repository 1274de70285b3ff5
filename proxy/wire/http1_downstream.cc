// The connection's loop and its reading side.
#include "proxy/wire/http1_downstream.h"

#include "proxy/async/clock.h"
#include "proxy/wire/body_scanner.h"
#include "proxy/wire/socket_io.h"

namespace understudy {
namespace {

// The part of HTTP/2's preface that reads as a head of HTTP/1.1, and is met only where one is
// refused (RFC 9113 section 3.4).
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\n";

}  // namespace

Http1Downstream::Http1Downstream(Worker& worker, TcpSocket socket, const ListenerConfig& listener)
    : Downstream(worker, listener),
      socket_(std::move(socket)),
      deadline_(
          worker.deadlines,
          [](void* self) {
            auto* client = static_cast<Http1Downstream*>(self);
            client->expired_ = true;
            client->socket_.Cancel();
          },
          this),
      write_deadline_(
          worker.deadlines,
          [](void* self) {
            auto* client = static_cast<Http1Downstream*>(self);
            client->write_expired_ = true;
            client->socket_.Cancel();
          },
          this),
      watch_(
          worker.deadlines, [](void* self) { static_cast<Http1Downstream*>(self)->LookAtClient(); },
          this) {
  socket_.SetNoDelay();
  error_code error;
  const auto peer = socket_.RemoteAddress(error);
  if (!error) client_address_ = peer.address().to_string();
  request_.fields.reserve(32);
  worker_.counters.connections_open.Add();
}

Http1Downstream::~Http1Downstream() { worker_.counters.connections_open.Sub(1); }

Task<bool> Http1Downstream::Run(std::shared_ptr<Http1Downstream> self, RequestHandler& handler) {
  // A client that has reset already has no address, and must not be served under none: the next hop
  // would take the client's own X-Forwarded-For for ours.
  while (!self->client_address_.empty()) {
    const HeadResult head = co_await self->ReadHead();
    if (head == HeadResult::kClosed) break;
    if (head == HeadResult::kHttp2) co_return true;
    if (head == HeadResult::kRead) {
      co_await handler.Serve(*self);
      self->WatchWhile(nullptr);
    }
    if (self->left_) break;
    if (head == HeadResult::kRefused) handler.Refused(*self);
    if (self->close_ || head == HeadResult::kRefused) {
      co_await self->Linger();
      break;
    }
  }
  self->socket_.Close();
  co_return false;
}

void Http1Downstream::BeginRequest() {
  scanner_.Reset();
  head_bytes_ = {};
  head_holder_ = ChunkRef();
  close_ = worker_.draining;
  invited_ = rechunk_ = unchunk_ = false;
  answer_status_ = 0;
  answer_bytes_ = 0;
  shown_arm_ = {};
}

// Waits for the first byte of a request. False: the client is done, or idle for too long.
Task<bool> Http1Downstream::AwaitBytes() {
  idle_ = true;
  input_.Part();
  deadline_.Arm(listener_.timeouts.idle, RecentNow());
  IoResult got = socket_.TryRead(input_);
  if (got.Blocked()) got = co_await socket_.Read(input_);
  idle_ = false;
  deadline_.Disarm();
  expired_ = false;
  if (got.error) co_return false;
  input_.Commit(got.bytes);
  co_return true;
}

Task<Http1Downstream::HeadResult> Http1Downstream::ReadHead() {
  BeginRequest();
  const HeadLimits limits{worker_.limits.header_bytes, worker_.limits.headers};
  if (input_.Empty()) {
    if (half_closed_) co_return HeadResult::kClosed;
    const bool arrived = co_await AwaitBytes();
    if (!arrived) co_return HeadResult::kClosed;
  }
  request_start_ = RecentNow();
  bool timed = false;  // most heads are whole at once and need no deadline
  std::optional<HeadError> refused;
  while (true) {
    // Empty lines before a request are ignored (RFC 9112 section 2.2).
    while (scanner_.HeadBytes() == 0 && input_.Bytes().starts_with("\r\n")) input_.Consume(2);
    if (input_.Empty()) {
      // Nothing but those: the connection is as idle as before.
      deadline_.Disarm();
      if (half_closed_) co_return HeadResult::kClosed;
      const bool arrived = co_await AwaitBytes();
      if (!arrived) co_return HeadResult::kClosed;
      request_start_ = RecentNow();
      timed = false;
      continue;
    }
    const std::string_view bytes = input_.Bytes();
    const bool only_cr = bytes == "\r" && !scanner_.SawStartLine();
    const HeadScanner::State state =
        only_cr ? HeadScanner::State::kNeedMore : scanner_.Scan(bytes, limits);
    if (state == HeadScanner::State::kFound) {
      head_bytes_ = bytes.substr(0, scanner_.HeadBytes());
      refused = ParseRequestHead(head_bytes_, limits, request_);
      break;
    }
    if (state == HeadScanner::State::kBad) {
      refused = scanner_.Error();
      break;
    }
    if (!timed) deadline_.Arm(listener_.timeouts.header, request_start_);
    timed = true;
    IoResult got = socket_.TryRead(input_);
    if (got.Blocked()) got = co_await socket_.Read(input_);
    if (got.error) {
      if (!expired_) co_return HeadResult::kClosed;
      refused = HeadError{408, "the request's head did not arrive in time"};
      worker_.counters.client_timeouts.Add();
      break;
    }
    input_.Commit(got.bytes);
  }
  deadline_.Disarm();
  expired_ = false;
  if (refused) {
    // Over TLS the handshake says which version it is.
    if (listener_.http2.enabled && !listener_.tls && !served_ && head_bytes_ == kHttp2Preface) {
      co_return HeadResult::kHttp2;
    }
    worker_.counters.bad_requests.Add();
    request_.minor_version = 1;
    request_.method = input_.Bytes().starts_with("HEAD ") ? "HEAD" : "GET";
    co_await Reply(refused->status, "bad_request", refused->reason, true);
    co_return HeadResult::kRefused;
  }
  // Held, the chunk is not read into again before this request is over.
  head_holder_ = input_.Holder();
  input_.Consume(head_bytes_.size());
  if (!request_.keep_alive) close_ = true;
  served_ = true;
  worker_.counters.http1_requests.Add();
  co_return HeadResult::kRead;
}

Task<Http1Downstream::ReadStatus> Http1Downstream::ReadMore() {
  if (!request_.upgrade) deadline_.Arm(listener_.timeouts.body_idle, RecentNow());
  IoResult got = socket_.TryRead(input_);
  if (got.Blocked()) got = co_await socket_.Read(input_);
  deadline_.Disarm();
  if (!got.error) {
    input_.Commit(got.bytes);
    co_return ReadStatus::kBytes;
  }
  const bool timed_out = expired_ || got.error == asio::error::operation_aborted;
  expired_ = false;
  if (timed_out && !left_) co_return ReadStatus::kTimeout;
  ClientIsGone();  // whoever ends its side inside a request will not get an answer
  co_return ReadStatus::kClosed;
}

void Http1Downstream::InterruptRead() { socket_.Cancel(); }

// After a last answer, what the client still sends is read for a moment: closing at once would
// reset the connection and could destroy the answer on its way (RFC 9112 section 9.6). Many clients
// send a large body whole before they look.
Task<> Http1Downstream::Linger() {
  static constexpr Duration kPatience = std::chrono::seconds(1);  // without a byte
  static constexpr Duration kMostTime = std::chrono::seconds(10);
  socket_.ShutdownSend();
  const SteadyTime end = SteadyNow() + kMostTime;
  while (!expired_ && SteadyNow() < end && !worker_.draining) {
    deadline_.Arm(kPatience);
    input_.Consume(input_.Bytes().size());
    IoResult got = socket_.TryRead(input_);
    if (got.Blocked()) got = co_await socket_.Read(input_);
    if (got.error) break;
    input_.Commit(got.bytes);
  }
  deadline_.Disarm();
}

void Http1Downstream::CloseWhenIdle() {
  close_ = true;
  if (idle_) socket_.Close();
}

void Http1Downstream::Cut() {
  left_ = true;
  socket_.ResetOnClose();
  socket_.Close();
  if (waiting_ != nullptr) waiting_->ClientLeft();
}

}  // namespace understudy
