// The exchange: get a connection, send, read the head, stream the body; once more on a fresh
// connection when a reused one turned out stale.
#include "proxy/wire/send.h"

#include <algorithm>

#include "proxy/async/clock.h"
#include "proxy/model/grpc.h"
#include "proxy/wire/body_pump.h"
#include "proxy/wire/body_scanner.h"

namespace understudy {
namespace {

constexpr int kMostInterim = 32;
constexpr std::uint64_t kMostWithheld = 64u << 10;
constexpr int kMostEndpoints = 3;
constexpr std::size_t kMostArrivals = 4096;

// Others who want a stream of the endpoint wait for this connection, until it has failed or its
// server has said how many streams it takes.
class Connecting {
 public:
  Connecting(UpstreamCluster& cluster, EndpointState& endpoint)
      : cluster_(cluster), endpoint_(endpoint) {
    cluster_.BeginConnecting(endpoint_);
  }
  ~Connecting() {
    if (!connected_) cluster_.EndConnecting(endpoint_);
  }
  void Connected() { connected_ = true; }

 private:
  UpstreamCluster& cluster_;
  EndpointState& endpoint_;
  bool connected_ = false;
};

// The state of one Send(); woken by the client's leaving and by the total deadline.
class Sending : public Interruptible {
 public:
  Sending(Worker& worker, const Outbound& outbound, Exchange& exchange)
      : worker_(worker),
        out_(outbound),
        exchange_(exchange),
        total_(
            worker.deadlines,
            [](void* self) {
              auto* sending = static_cast<Sending*>(self);
              sending->total_expired_ = true;
              sending->Wake();
            },
            this) {}
  ~Sending() { Use(nullptr); }

  void Begin();
  // False: nothing of an answer came and the request may be sent once more.
  Task<bool> Attempt(bool fresh);
  void BeginAgain();
  void End();
  void ClientLeft() override {
    client_left_ = true;
    Wake();
  }

 private:
  // Ends whatever is waited for; whoever waited looks at the flags.
  void Wake() {
    wait_.Cancel();
    if (connection_ != nullptr) connection_->Interrupt();
  }
  void Use(EndpointState* endpoint);
  bool TakeIdle();
  Task<bool> Acquire(bool fresh);
  Task<ExchangeOutcome> Connect(EndpointState& endpoint);
  void ReadGrpcStatus(int code);
  // The client's own deadline was due when it left, or about to be.
  bool PastDeadline() const {
    if (out_.deadline == SteadyTime{}) return false;
    const SteadyTime now = SteadyNow();
    return now + std::max(2 * DeadlineWheel::kTick, (now - exchange_.sent) / 10) >= out_.deadline;
  }
  bool Stopped() const { return client_left_ || total_expired_; }
  void SendRequest();
  Task<bool> ReadHead();
  bool BeginTunnel();
  Task<> StreamBody();
  bool Delivered(WriteResult written) const {
    return written == WriteResult::kDone && !client_left_;
  }
  Task<bool> Deliver(WriteResult written);
  Task<> StopPump();
  void Capture(std::string_view bytes);
  void NoteArrival();
  // Interrupt() cannot end an operation that has completed already, nor one that has not begun, so
  // the flags are looked at after each and before each that waits. True: the exchange is over, and
  // has its outcome.
  bool CutShort();
  void ConnectionBroke();
  void ClientLeftOrLate();
  void Fail(ExchangeOutcome outcome);
  bool Stale() const;
  // Nothing stands in the way of sending it once more, so far as can be told now.
  bool CanRepeat() const {
    return out_.may_repeat && out_.body->Complete() && out_.body->Replayable();
  }
  void Finish();

  Worker& worker_;
  const Outbound& out_;
  Exchange& exchange_;
  Deadline total_;
  PoolWait wait_;
  Downstream* deliver_to_ = nullptr;  // null for shadows and withheld answers
  bool total_expired_ = false;
  bool client_left_ = false;
  bool tunnel_ = false;
  bool done_ = false;
  SteadyTime finished_{};
  bool abandoned_ = false;             // answered, and the rest is not wanted
  EndpointState* endpoint_ = nullptr;  // counts this request as in flight
  std::unique_ptr<UpstreamConnection> connection_;
  std::unique_ptr<BodyPump> pump_;
  BodyScanner scanner_;
};

void Sending::Begin() {
  // A client's request was read just now; a shadow's turn comes after the client's answer.
  exchange_.sent = out_.client != nullptr ? RecentNow() : SteadyNow();
  total_.Arm(out_.total, exchange_.sent);
}

void Sending::BeginAgain() {
  worker_.counters.upstream_retries.Add();
  out_.body->Rewind();
}

void Sending::End() {
  if (out_.client != nullptr) out_.client->WatchWhile(nullptr);
  // Finish() has read the clock, where there was a connection to finish with.
  const SteadyTime end = finished_ != SteadyTime{} ? finished_ : SteadyNow();
  exchange_.result.latency = end - exchange_.sent;
}

Task<bool> Sending::Attempt(bool fresh) {
  // Each awaited value has a name and a statement of its own: GCC 12 lays out the frame wrongly
  // where a condition awaits and its branch awaits again.
  bool acquired = !fresh && TakeIdle();
  if (!acquired) acquired = co_await Acquire(fresh);
  if (!acquired) co_return true;
  SendRequest();
  const bool has_head = co_await ReadHead();
  if (has_head) co_await StreamBody();
  if (pump_ != nullptr) co_await StopPump();
  if (!done_ && Stale()) {
    connection_.reset();
    co_return false;
  }
  Finish();
  co_return true;
}

bool Sending::Stale() const {
  const bool harmless = connection_->Refused() || (connection_->reused && out_.may_repeat);
  return harmless && !exchange_.answer_started && !client_left_ &&
         exchange_.result.outcome == ExchangeOutcome::kReset && out_.body->Replayable() &&
         !exchange_.request_failed;
}

// Counted from the choice on: connecting is load too, and an endpoint whose connects hang must not
// look like the idle one.
void Sending::Use(EndpointState* endpoint) {
  if (endpoint_ != nullptr) --endpoint_->in_flight;
  endpoint_ = endpoint;
  if (endpoint_ == nullptr) return;
  ++endpoint_->in_flight;
  exchange_.endpoint = endpoint_->address.text;
}

// The usual way to a connection: nothing to wait for.
bool Sending::TakeIdle() {
  const SteadyTime now = exchange_.sent;
  Use(out_.cluster->Choose(now));
  if (endpoint_ == nullptr) return false;
  connection_ = out_.cluster->TakeIdle(*endpoint_, now, !CanRepeat());
  return connection_ != nullptr;
}

// Connects to the endpoint that TakeIdle() chose, or anew to another one.
Task<bool> Sending::Acquire(bool fresh) {
  UpstreamCluster& cluster = *out_.cluster;
  if (out_.client != nullptr) out_.client->WatchWhile(this);
  for (int tried = 0; tried < kMostEndpoints && !Stopped(); ++tried) {
    // A choice is used: choosing again would skip an endpoint in each round.
    if (fresh || tried > 0) Use(cluster.Choose(SteadyNow(), tried > 0 ? endpoint_ : nullptr));
    if (endpoint_ == nullptr) break;
    EndpointState& endpoint = *endpoint_;
    // A connection of HTTP/2 that refused a stream, or is over, is not offered again.
    const bool pooled = !fresh || cluster.Http2(endpoint);
    if (pooled && tried > 0) connection_ = cluster.TakeIdle(endpoint, SteadyNow(), !CanRepeat());
    if (connection_ == nullptr) {
      wait_.until = SteadyNow() + cluster.Config().timeouts.connect;
      const bool place = co_await cluster.WaitForPlace(endpoint, wait_);
      if (!place) {
        Fail(ExchangeOutcome::kPoolExhausted);
        break;
      }
      if (pooled) connection_ = cluster.TakeIdle(endpoint, SteadyNow(), !CanRepeat());
    }
    if (connection_ != nullptr) break;
    const ExchangeOutcome outcome = co_await Connect(endpoint);
    if (outcome == ExchangeOutcome::kAnswered || Stopped()) break;
    connection_.reset();
    Fail(outcome);
    if (outcome == ExchangeOutcome::kNoDescriptors) break;  // of no endpoint's making
    cluster.ConnectFailed(SteadyNow());
    cluster.Failed(endpoint, SteadyNow());
    if (cluster.Config().endpoints.size() == 1) break;
  }
  if (out_.client != nullptr) out_.client->WatchWhile(nullptr);
  if (Stopped()) {
    connection_.reset();
    ClientLeftOrLate();
  }
  co_return connection_ != nullptr;
}

// Anything but kAnswered: how it failed.
Task<ExchangeOutcome> Sending::Connect(EndpointState& endpoint) {
  // Made first: it holds its place under the limit while the name is looked up.
  connection_ = std::make_unique<UpstreamConnection>(worker_, endpoint);
  wait_.until = SteadyNow() + out_.cluster->Config().timeouts.connect;
  Connecting connecting(*out_.cluster, endpoint);
  const bool known = co_await out_.cluster->Resolve(endpoint, wait_);
  if (!known) {
    co_return SteadyNow() >= wait_.until ? ExchangeOutcome::kConnectTimeout
                                         : ExchangeOutcome::kUnknownHost;
  }
  const ExchangeOutcome outcome = co_await out_.cluster->Connect(*connection_);
  if (outcome == ExchangeOutcome::kAnswered) {
    out_.cluster->Connected();
    if (connection_->IsStream()) connecting.Connected();
    if (out_.client == nullptr) connection_->ReadInSmallTurns();
  }
  co_return outcome;
}

void Sending::SendRequest() {
  RequestRewrite rewrite = out_.rewrite;
  rewrite.cluster = &out_.cluster->Config();
  rewrite.endpoint = connection_->endpoint.address.text;
  if (out_.deadline != SteadyTime{}) {
    rewrite.grpc_timeout = std::max<Duration>(out_.deadline - SteadyNow(), Duration(1));
  }
  WriteRequestHead(*out_.head, rewrite, connection_->scratch);
  RequestBody& body = *out_.body;
  connection_->head.status = 0;
  PendingWrite write;
  // A client's bytes of another protocol wait until the server speaks it, too: to one that does not
  // they would be another request.
  const bool waits = out_.head->upgrade;
  const std::string_view available = waits ? std::string_view() : body.Available();
  write.Set(connection_->scratch, available);
  const WriteResult result = connection_->Write(write);
  // When it was written is asked for where a client waits alone.
  const SteadyTime now = out_.client != nullptr ? SteadyNow() : exchange_.sent;
  connection_->ExpireAfter(out_.first_byte, now);
  if (connection_->reused) exchange_.request_written = now;
  const std::size_t total = connection_->scratch.size() + available.size();
  const std::size_t sent = total - write.Bytes();
  std::string_view head_left;
  if (sent >= connection_->scratch.size()) {
    body.Advance(sent - connection_->scratch.size());
  } else {
    head_left = std::string_view(connection_->scratch).substr(sent);
  }
  // After a failed write the answer, if there is one, is still read: a server may refuse early.
  if (result != WriteResult::kFailed && (!head_left.empty() || (!waits && !body.Exhausted()))) {
    pump_ = std::make_unique<BodyPump>(worker_, *connection_, body, head_left, out_.first_byte);
    if (waits) pump_->HeadOnly();
    if (out_.client != nullptr) pump_->WatchAfter(out_.client, this);
    pump_->Begin();
  } else if (out_.client != nullptr) {
    out_.client->WatchWhile(this, now);
  }
}

Task<bool> Sending::ReadHead() {
  UpstreamConnection& up = *connection_;
  const HeadLimits limits{256u << 10, 1000};
  for (int interim = 0; interim <= kMostInterim;) {
    const HeadScanner::State state = up.input.Empty() ? HeadScanner::State::kNeedMore
                                                      : up.scanner.Scan(up.input.Bytes(), limits);
    if (state == HeadScanner::State::kNeedMore) {
      IoResult got = up.TryRead();
      if (got.Blocked()) {
        if (CutShort()) co_return false;
        got = co_await up.Read();
        up.Took(got);
      }
      if (got.error) {
        ConnectionBroke();
        co_return false;
      }
      if (CutShort()) co_return false;
      if (!exchange_.answer_started) {
        exchange_.answer_started = true;
        exchange_.result.first_byte = RecentNow() - exchange_.sent;
      }
      continue;
    }
    const std::string_view head = up.input.Bytes().substr(0, up.scanner.HeadBytes());
    if (state == HeadScanner::State::kBad ||
        ParseAnswerHead(head, limits, out_.head->method, up.head)) {
      Fail(ExchangeOutcome::kInvalidAnswer);
      co_return false;
    }
    up.scanner.Reset();
    if (up.head.status >= 200) {
      if (out_.capture_limit > 0) exchange_.head_bytes.Append(up.input.Holder(), head);
      up.input.Consume(head.size());
      co_return true;
    }
    if (up.head.status == 101) {
      if (!BeginTunnel()) break;
      up.input.Consume(head.size());
      co_return true;
    }
    ++interim;
    if (out_.client != nullptr) {
      const WriteResult written = out_.client->Interim(up.head);
      bool delivered = Delivered(written);
      if (!delivered) delivered = co_await Deliver(written);
      if (!delivered) co_return false;
    }
    up.input.Consume(head.size());
  }
  Fail(ExchangeOutcome::kInvalidAnswer);
  co_return false;
}

// From a 101 on the bodies are whatever either side sends, until one of them ends.
bool Sending::BeginTunnel() {
  UpstreamConnection& up = *connection_;
  const HeaderField* const upgrade = FindField(up.head.fields, "upgrade");
  const bool agreed = out_.head->upgrade && out_.client != nullptr && pump_ == nullptr &&
                      upgrade != nullptr && NameIs(upgrade->value, "websocket");
  if (!agreed) return false;
  tunnel_ = true;
  worker_.counters.tunnels.Add();
  up.head.framing = Framing::kUntilClose;
  up.head.keep_alive = false;
  out_.client->WatchWhile(nullptr);
  pump_ = std::make_unique<BodyPump>(worker_, up, *out_.body, std::string_view(),
                                     out_.cluster->Config().timeouts.idle);
  pump_->Begin();
  return true;
}

Task<> Sending::StreamBody() {
  UpstreamConnection& up = *connection_;
  out_.cluster->Succeeded(up.endpoint);
  exchange_.result.status = up.head.status;
  const bool grpc = out_.head->grpc && up.head.status == 200;
  const HeaderField* const early = grpc ? FindField(up.head.fields, "grpc-status") : nullptr;
  if (early != nullptr) ReadGrpcStatus(ParseGrpcStatus(early->value));
  exchange_.framing = up.head.framing;
  exchange_.overloaded =
      exchange_.result.status == 429 || (exchange_.result.status == 503 && up.head.retry_after);
  exchange_.captured = out_.capture_limit > 0;
  // An answer before the request's end: the rest of the request is not waited for afterwards.
  deliver_to_ = out_.client;
  if (out_.withhold_5xx && exchange_.result.status >= 500 && out_.body->Replayable()) {
    exchange_.withheld = true;
    deliver_to_ = nullptr;
  }
  if (deliver_to_ != nullptr && !out_.body->Complete()) deliver_to_->CloseAfter();
  scanner_ = BodyScanner(up.head.framing, up.head.content_length);
  bool first = true;
  while (true) {
    const std::string_view arrived = up.input.Bytes();
    const std::string_view bytes = arrived.substr(0, scanner_.Scan(arrived));
    if (scanner_.Bad()) {
      Fail(ExchangeOutcome::kInvalidAnswer);
      co_return;
    }
    Capture(bytes);
    // A stream does not tell its length beforehand.
    if (up.head.framing != Framing::kLength && exchange_.captured && !bytes.empty() &&
        !(first && scanner_.Done())) {
      NoteArrival();
    }
    // Nobody gets the rest: the client waits for another arm's answer, or there is no client and
    // the copy is beyond its limit.
    const bool withheld_enough = exchange_.withheld && scanner_.PayloadBytes() > kMostWithheld;
    const bool no_copy = exchange_.capture_too_large || exchange_.capture_over_budget;
    if (withheld_enough || (out_.client == nullptr && no_copy)) {
      exchange_.captured = false;
      abandoned_ = true;
      break;
    }
    if (deliver_to_ != nullptr) {
      const bool done = scanner_.Done();
      const WriteResult written =
          first ? deliver_to_->Start(up.head, bytes, done) : deliver_to_->More(bytes, done);
      bool delivered = Delivered(written);
      if (!delivered) delivered = co_await Deliver(written);
      if (!delivered) co_return;
    }
    if (first && deliver_to_ != nullptr) exchange_.answer_written = SteadyNow();
    first = false;
    up.input.Consume(bytes.size());
    if (scanner_.Done()) break;
    up.ExpireAfter(out_.cluster->Config().timeouts.idle, RecentNow());
    IoResult got = up.TryRead();
    if (got.Blocked()) {
      if (CutShort()) co_return;
      got = co_await up.Read();
      up.Took(got);
    }
    if (got.error == asio::error::eof && scanner_.UntilClose()) {
      if (deliver_to_ != nullptr) {
        const WriteResult written = deliver_to_->More({}, true);
        const bool delivered = co_await Deliver(written);
        if (!delivered) co_return;
      }
      break;
    }
    if (got.error) {
      ConnectionBroke();
      co_return;
    }
    if (CutShort()) co_return;
  }
  exchange_.result.bytes = scanner_.PayloadBytes();
  exchange_.result.outcome = ExchangeOutcome::kAnswered;
  if (grpc && early == nullptr) ReadGrpcStatus(GrpcStatusOfTrailers(scanner_.Trailers()));
  done_ = scanner_.Done() || scanner_.UntilClose();
}

// What everything behind knows of statuses is HTTP's.
void Sending::ReadGrpcStatus(int code) {
  exchange_.grpc_status = code;
  exchange_.result.status = HttpStatusOfGrpc(code);
  exchange_.overloaded = exchange_.overloaded || exchange_.result.status == 429;
}

// Waits until the client has taken what was written. False: it left, and the exchange is over.
Task<bool> Sending::Deliver(WriteResult written) {
  if (written == WriteResult::kBlocked) {
    connection_->deadline.Disarm();  // the upstream is not to blame for a slow client
    written = co_await out_.client->Flush();
  }
  if (Delivered(written)) co_return !CutShort();
  exchange_.client_failed = true;
  Fail(ExchangeOutcome::kCancelled);
  co_return false;
}

void Sending::Capture(std::string_view bytes) {
  if (!exchange_.captured) return;
  if (exchange_.body.Bytes() + bytes.size() > out_.capture_limit) {
    exchange_.captured = false;
    exchange_.capture_too_large = true;
    exchange_.body.Clear();
    return;
  }
  exchange_.body.Append(connection_->input.Holder(), bytes);
  if (out_.copy_budget == nullptr) return;
  const std::size_t arrivals = exchange_.arrivals.size() * sizeof(Arrival);
  if (out_.copy_budget->Covers(exchange_.body.Footprint() + arrivals)) return;
  exchange_.captured = false;
  exchange_.capture_over_budget = true;
  exchange_.body.Clear();
}

// What a stream's events took is told from these when the pair is compared.
void Sending::NoteArrival() {
  if (exchange_.arrivals.size() == kMostArrivals) exchange_.arrivals.pop_back();
  exchange_.arrivals.push_back({scanner_.PayloadBytes(), RecentNow() - exchange_.sent});
}

bool Sending::CutShort() {
  const bool body_failed = pump_ != nullptr && pump_->BodyFailed();
  if (!Stopped() && !body_failed && !connection_->expired) return false;
  ConnectionBroke();
  return true;
}

void Sending::ClientLeftOrLate() {
  exchange_.client_failed = client_left_ && !PastDeadline();
  Fail(exchange_.client_failed ? ExchangeOutcome::kCancelled : ExchangeOutcome::kTotalTimeout);
}

void Sending::ConnectionBroke() {
  if (tunnel_) {
    // Whichever side ended it: it was had.
    exchange_.result.outcome = ExchangeOutcome::kAnswered;
    done_ = true;
  } else if (client_left_) {
    ClientLeftOrLate();
  } else if (pump_ != nullptr && pump_->BodyFailed()) {
    exchange_.request_failed = true;
    exchange_.client_failed = out_.body->State() == RequestBody::Status::kClientLeft;
    Fail(ExchangeOutcome::kCancelled);
  } else if (total_expired_) {
    Fail(ExchangeOutcome::kTotalTimeout);
  } else if (connection_->expired) {
    Fail(exchange_.result.status != 0 ? ExchangeOutcome::kIdleTimeout
                                      : ExchangeOutcome::kFirstByteTimeout);
  } else {
    Fail(out_.cluster->Broke(connection_->endpoint, connection_->socket));
  }
}

void Sending::Fail(ExchangeOutcome outcome) {
  exchange_.result.outcome = outcome;
  exchange_.captured = false;
}

Task<> Sending::StopPump() {
  co_await pump_->Stop();
  if (pump_->BodyFailed() && !done_ && !tunnel_) exchange_.request_failed = true;
  pump_.reset();
}

void Sending::Finish() {
  UpstreamConnection& up = *connection_;
  const SteadyTime now = finished_ = RecentNow();
  if (done_) {
    const bool sent_whole = out_.body->Exhausted();
    if (up.head.keep_alive && sent_whole && up.input.Empty() && !up.expired) {
      out_.cluster->GiveBack(std::move(connection_), now);
    }
  } else if (!abandoned_ && !exchange_.client_failed && !exchange_.request_failed) {
    out_.cluster->Failed(up.endpoint, now);
  }
  connection_.reset();
  Use(nullptr);
}

}  // namespace

Task<> Send(Worker& worker, const Outbound& outbound, Exchange& exchange) {
  Sending sending(worker, outbound, exchange);
  sending.Begin();
  const bool settled = co_await sending.Attempt(false);
  if (!settled) {
    // Only a reused connection that died without a byte of answer comes here.
    sending.BeginAgain();
    co_await sending.Attempt(true);
  }
  sending.End();
}

}  // namespace understudy
