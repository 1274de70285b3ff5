// Serving: route, assign, send, fall back, answer; then, with the client served, offer the shadow.
#include "proxy/flow/serve_request.h"

#include "proxy/async/clock.h"
#include "proxy/base/hash.h"
#include "proxy/flow/offer_shadow.h"
#include "proxy/flow/rewrite_body.h"
#include "proxy/model/grpc.h"
#include "proxy/routing/assign.h"
#include "proxy/routing/match.h"
#include "proxy/wire/body_scanner.h"
#include "proxy/wire/request_body.h"
#include "proxy/wire/send.h"

namespace understudy {
namespace {

constexpr std::size_t kCopyForRetry = 64u << 10;
constexpr std::size_t kMostStickyBody = 64u << 10;

struct Failure {
  int status;
  std::string_view sentence;
};

Failure Describe(ExchangeOutcome outcome) {
  switch (outcome) {
    case ExchangeOutcome::kConnectRefused:
      return {502, "the model server refuses connections"};
    case ExchangeOutcome::kUnknownHost:
      return {502, "the model server's name is unknown"};
    case ExchangeOutcome::kTlsFailed:
      return {502, "no TLS connection to the model server can be made"};
    case ExchangeOutcome::kConnectTimeout:
      return {504, "the model server cannot be reached in time"};
    case ExchangeOutcome::kFirstByteTimeout:
      return {504, "the model server did not answer in time"};
    case ExchangeOutcome::kIdleTimeout:
    case ExchangeOutcome::kTotalTimeout:
      return {504, "the model server took too long"};
    case ExchangeOutcome::kInvalidAnswer:
      return {502, "the model server's answer is not HTTP as its cluster's protocol has it"};
    case ExchangeOutcome::kNoHealthyEndpoint:
      return {503, "no model server is healthy"};
    case ExchangeOutcome::kPoolExhausted:
      return {503, "too many requests wait for the model server"};
    case ExchangeOutcome::kNoDescriptors:
      return {503, "this proxy has no file descriptor left for the model server"};
    default:
      return {502, "the model server closed the connection before it answered"};
  }
}

Failure Describe(RequestBody::Status status) {
  switch (status) {
    case RequestBody::Status::kStalled:
      return {408, "the request's body did not arrive in time"};
    case RequestBody::Status::kTooLarge:
      return {413, "the request's body is larger than allowed"};
    default:
      return {400, "the request's body is malformed"};
  }
}

std::string_view Name(RequestBody::Status status) {
  return status == RequestBody::Status::kStalled    ? "body_timeout"
         : status == RequestBody::Status::kTooLarge ? "body_too_large"
                                                    : "bad_body";
}

// Whether it was the client's request that ended it. An interrupted body is one that nobody waited
// for any more: the upstream failed first.
bool RequestFailed(const Exchange& served, const RequestBody& body) {
  return served.request_failed || (body.State() != RequestBody::Status::kOk &&
                                   body.State() != RequestBody::Status::kInterrupted);
}

std::size_t CopyLimit(const RouteTraffic& route) {
  std::size_t limit = kCopyForRetry;
  for (const CandidateTraffic& candidate : route.candidates) {
    if (candidate.arm->mirror.rate > 0) {
      limit = std::max(limit, static_cast<std::size_t>(candidate.arm->mirror.max_body) + 1024);
    }
  }
  return limit;
}

// How long the client of a gRPC call is going to wait, where it said so.
std::optional<Duration> TimeoutOf(const RequestHead& head) {
  if (!head.grpc) return std::nullopt;
  const HeaderField* const timeout = FindField(head.fields, "grpc-timeout");
  return timeout == nullptr ? std::nullopt : ParseGrpcTimeout(timeout->value);
}

bool StickyByBody(const Route& route) {
  for (const KeySource& key : route.sticky) {
    if (key.kind == KeyKind::kJson) return true;
  }
  return false;
}

void Count(ArmCounters& arm, const Exchange& exchange, SteadyTime head_read) {
  const ArmResult& result = exchange.result;
  if (exchange.client_failed || exchange.request_failed) return;
  const int code_class = result.outcome == ExchangeOutcome::kAnswered ? result.status / 100 : 0;
  arm.by_class[static_cast<std::size_t>(code_class)].Add();
  if (result.status == 101) return;  // a tunnel lasts as long as it is wanted
  arm.duration.Record(exchange.sent + result.latency - head_read);
  arm.first_byte.Record(result.first_byte);
  if (exchange.request_written > exchange.sent && exchange.answer_written > exchange.sent) {
    arm.overhead.Record((exchange.request_written - head_read) +
                        (exchange.answer_written - exchange.sent - result.first_byte));
  }
  if (result.outcome == ExchangeOutcome::kNoDescriptors) return;  // not the arm's fault
  if (result.IsError()) {
    arm.errors.Add();
    arm.consecutive_errors.Add();
  } else {
    arm.consecutive_errors.Set(0);
  }
}

// What the arms of one split did with what they were assigned.
void CountSplit(SplitCounters& split, std::uint64_t number, const Exchange& exchange,
                SteadyTime head_read) {
  const ArmResult& result = exchange.result;
  const bool says_nothing = exchange.client_failed || exchange.request_failed ||
                            result.outcome == ExchangeOutcome::kNoDescriptors;
  if (says_nothing || !split.Enter(number)) return;
  split.requests.Add();
  if (result.IsError()) split.errors.Add();
  if (result.status == 101) return;
  split.duration.Record(exchange.sent + result.latency - head_read);
}

// One request being served. Lives in the frame of Serve().
class Serving {
 public:
  Serving(Services& services, Downstream& client) : s_(services), client_(client) {}
  Task<> Run();

 private:
  Task<bool> ReadForAssignment(RequestBody& body, std::string& scratch);
  Task<> Ask(const CandidateTraffic* candidate, RequestBody& body, Exchange& exchange);
  ArmCounters& ArmOf(const CandidateTraffic* candidate) const {
    return (candidate == nullptr ? *route_->incumbent_counters : *candidate->serving)
        .At(s_.worker.index);
  }
  bool ShouldFallBack(const Exchange& served, const RequestBody& body) const;
  void Break(const Exchange& served, const RequestBody& body);
  Task<> AnswerFailure(const Exchange& served, const RequestBody& body);
  void WriteAccessLog(const Exchange& served, const ShadowOutcome& shadow, const RequestBody& body);

  Services& s_;
  Downstream& client_;
  std::shared_ptr<const TrafficView> view_;
  const RouteTraffic* route_ = nullptr;
  Assignment plan_;
  HexText pair_id_;
  WallTime at_{};
  std::string_view arm_ = "incumbent";
  const Cluster* cluster_ = nullptr;
  bool fallen_back_ = false;
};

Task<> Serving::Run() {
  const RequestHead& request = client_.Request();  // 1 the head was read
  view_ = s_.traffic.Read();                       // 2 one view to the end
  at_ = WallNow();
  ++s_.requests;
  const auto bytes_of = [](const std::uint64_t& number) {
    return std::string_view(reinterpret_cast<const char*>(&number), sizeof number);
  };
  pair_id_ = HexOf(H64("request", {bytes_of(s_.seed), bytes_of(s_.requests)}));
  route_ = MatchRoute(*view_, request);
  if (route_ == nullptr) {
    s_.worker.counters.no_route.Add();
    if (request.framing != Framing::kNone) client_.CloseAfter();
    co_await client_.Reply(404, "no_route", "no route matches this request");
    WriteAccessLog(Exchange(), ShadowOutcome(), RequestBody(SliceList()));
    co_return;
  }
  RequestBody body(client_, request.upgrade ? 0 : CopyLimit(*route_),
                   s_.worker.limits.body_bytes);  // 4 forwarded as it arrives
  const std::uint64_t most = s_.worker.limits.body_bytes;
  if (body.State() != RequestBody::Status::kOk || (most != 0 && request.content_length > most)) {
    const auto status =
        body.State() == RequestBody::Status::kOk ? RequestBody::Status::kTooLarge : body.State();
    s_.worker.counters.bad_requests.Add();
    const Failure failure = Describe(status);
    co_await client_.Reply(failure.status, Name(status), failure.sentence, true);
    WriteAccessLog(Exchange(), ShadowOutcome(), body);
    co_return;
  }
  std::string scratch;
  if (StickyByBody(*route_->route) && !request.upgrade) {
    const bool known = co_await ReadForAssignment(body, scratch);
    if (!known) co_return;
  }
  plan_ = Assign(*route_, {request, client_.ClientAddress(), scratch, pair_id_,
                           client_.RequestStart()});  // 3 who serves, who shadows
  if (plan_.sticky_fell_through) s_.worker.counters.sticky_fallthrough.Add();
  if (!plan_.AnyMirrored()) body.LimitCopy(kCopyForRetry);
  const StreamMirroring& streams = route_->route->streams;
  body.LimitStreams(streams.buffered ? static_cast<std::size_t>(streams.bytes) : kCopyForRetry);

  const CandidateTraffic* candidate =
      plan_.serving_candidate < 0
          ? nullptr
          : &route_->candidates[static_cast<std::size_t>(plan_.serving_candidate)];
  if (route_->split > 0) {
    SplitCounters& split = ArmOf(candidate).OfSplit(route_->split);
    if (split.Enter(route_->split)) split.assigned.Add();
  }
  auto served = std::make_shared<Exchange>();
  co_await Ask(candidate, body, *served);  // 5 the answer streams back
  std::shared_ptr<Exchange> failed;
  if (ShouldFallBack(*served, body)) {  // 6 a weak candidate costs no answer
    candidate->serving->At(s_.worker.index).fallbacks.Add();
    failed = std::exchange(served, std::make_shared<Exchange>());
    body.Rewind();
    fallen_back_ = true;
    co_await Ask(nullptr, body, *served);
    arm_ = "fallback";
  }
  const bool client_left = client_.Left();
  if (!client_.Answered() && !client_left) {
    co_await AnswerFailure(*served, body);
  } else if (served->result.outcome != ExchangeOutcome::kAnswered) {
    Break(*served, body);
  }
  // ---- The client has its answer. Nothing below may delay, fail or grow without bound. ----
  const ShadowOutcome shadow = OfferShadow(  // 7 never waits
      s_, {view_, plan_, pair_id_, at_, client_, client_left, body, std::move(failed), served});
  WriteAccessLog(*served, shadow, body);
}

// A key inside the body: wait for the body, within bounds. False: the client's body failed.
Task<bool> Serving::ReadForAssignment(RequestBody& body, std::string& scratch) {
  while (!body.Complete() && body.WireBytes() < kMostStickyBody && body.Replayable()) {
    const RequestBody::Status status = co_await body.ReadMore();
    if (status == RequestBody::Status::kOk) continue;
    if (status != RequestBody::Status::kClientLeft) {
      const Failure failure = Describe(status);
      s_.worker.counters.bad_requests.Add();
      co_await client_.Reply(failure.status, Name(status), failure.sentence, true);
    }
    client_.CloseAfter();
    WriteAccessLog(Exchange(), ShadowOutcome(), body);
    co_return false;
  }
  if (!body.Complete()) co_return true;
  std::string payload;
  const auto text = PayloadOf(body.Available(), client_.Request().framing, payload);
  if (text) scratch = *text;
  co_return true;
}

Task<> Serving::Ask(const CandidateTraffic* candidate, RequestBody& body, Exchange& exchange) {
  const Route& route = *route_->route;
  cluster_ = candidate == nullptr ? route_->incumbent : candidate->cluster;
  arm_ = candidate == nullptr ? "incumbent" : "candidate";
  if (route.expose_arm) client_.ShowArm(arm_);
  Outbound out;
  out.cluster = s_.upstreams.Of(
      view_->topology, candidate == nullptr ? route_->incumbent_index : candidate->cluster_index,
      Purpose::kServing);
  out.head = &client_.Request();
  out.rewrite.client_address = client_.ClientAddress();
  out.rewrite.https = client_.Https();
  out.body = &body;
  out.client = &client_;
  out.may_repeat = route.effects == Effects::kPure || route.effects == Effects::kIdempotent ||
                   IsIdempotentMethod(client_.Request().method);
  for (const Assignment::Draw& draw : plan_.draws) {
    if (!draw.mirrored || client_.Request().upgrade) continue;
    out.capture_limit =
        std::max(out.capture_limit, route_->candidates[draw.candidate].arm->mirror.max_body);
  }
  out.first_byte = cluster_->timeouts.first_byte;
  out.total = cluster_->timeouts.total;
  out.withhold_5xx = candidate != nullptr && plan_.may_fall_back && route.fallback_on_5xx;
  const auto shorten = [&out](Duration limit) {
    if (out.total == Duration::zero() || out.total > limit) out.total = limit;
  };
  if (const auto timeout = TimeoutOf(client_.Request())) {
    out.deadline = client_.RequestStart() + *timeout;
    shorten(std::max<Duration>(out.deadline - SteadyNow(), std::chrono::milliseconds(1)));
  }
  if (fallen_back_ && out.total > Duration::zero()) {
    // The client's wait is one: the fallback has what is left of it.
    const Duration waited = SteadyNow() - client_.RequestStart();
    out.total = std::max<Duration>(out.total - waited, std::chrono::milliseconds(1));
  }
  SliceList rewritten;
  std::optional<RequestBody> replacement;
  if (!cluster_->body.empty()) {
    while (!body.Complete() && body.Replayable() && body.State() == RequestBody::Status::kOk) {
      co_await body.ReadMore();
    }
    if (body.State() != RequestBody::Status::kOk) {
      exchange.request_failed = true;
      exchange.client_failed = body.State() == RequestBody::Status::kClientLeft;
      exchange.result.outcome = ExchangeOutcome::kCancelled;
      co_return;
    }
    if (body.Complete() &&
        RewriteBody(body.Available(), client_.Request().framing, cluster_->body, rewritten)) {
      replacement.emplace(rewritten);
      out.body = &*replacement;
      out.rewrite.set_length = true;
      out.rewrite.length = rewritten.Bytes();
    }
  }
  co_await Send(s_.worker, out, exchange);
  if (replacement && replacement->Exhausted()) body.Advance(body.Available().size());
  if (fallen_back_) exchange.request_written = {};  // the failed arm's time is not the proxy's
  ArmCounters& arm = ArmOf(candidate);
  Count(arm, exchange, client_.RequestStart());
  if (route_->split > 0 && !fallen_back_) {
    CountSplit(arm.OfSplit(route_->split), route_->split, exchange, client_.RequestStart());
  }
}

bool Serving::ShouldFallBack(const Exchange& served, const RequestBody& body) const {
  return plan_.may_fall_back && served.Replaceable() && body.Replayable() && !client_.Answered() &&
         !client_.Left();
}

// An answer that has begun: never a truncated one that looks whole.
void Serving::Break(const Exchange& served, const RequestBody& body) {
  if (RequestFailed(served, body) && !served.client_failed) {
    const Failure failure = Describe(body.State());
    s_.worker.counters.bad_requests.Add();
    client_.Abort(failure.status, Name(body.State()), failure.sentence);
    return;
  }
  const Failure failure = Describe(served.result.outcome);
  client_.Abort(failure.status, ToString(served.result.outcome), failure.sentence);
}

Task<> Serving::AnswerFailure(const Exchange& served, const RequestBody& body) {
  if (RequestFailed(served, body)) {
    if (served.client_failed) {
      client_.CloseAfter();
      co_return;
    }
    const Failure failure = Describe(body.State());
    s_.worker.counters.bad_requests.Add();
    co_await client_.Reply(failure.status, Name(body.State()), failure.sentence, true);
    co_return;
  }
  const Failure failure = Describe(served.result.outcome);
  co_await client_.Reply(failure.status, ToString(served.result.outcome), failure.sentence,
                         !body.Complete());
}

void Serving::WriteAccessLog(const Exchange& served, const ShadowOutcome& shadow,
                             const RequestBody& body) {
  int status = client_.AnswerStatus();
  int grpc_status = -1;
  if (client_.Request().grpc) {
    const bool passed_on = status == 200 && served.grpc_status >= 0;
    if (passed_on) status = served.result.status;
    grpc_status = passed_on ? served.grpc_status : -1;
  }
  if (!s_.access_log.Wants(status, plan_.unit_hash ^ s_.requests * 0x9E3779B97F4A7C15u)) return;
  AccessEntry entry;
  entry.at = at_;
  entry.request_id = pair_id_;
  entry.client_address = client_.ClientAddress();
  entry.protocol = client_.Protocol();
  entry.method = client_.Request().method;
  entry.path = client_.Request().path;
  if (route_ != nullptr) entry.route = route_->route->name;
  if (cluster_ != nullptr) {
    entry.cluster = cluster_->name;
    entry.arm = arm_;
  }
  entry.status = status;
  entry.grpc_status = grpc_status;
  entry.bytes_in = body.WireBytes();
  entry.bytes_out = client_.AnswerBytes();
  entry.total = SteadyNow() - client_.RequestStart();
  entry.first_byte = served.result.first_byte;
  entry.outcome = cluster_ == nullptr ? ExchangeOutcome::kAnswered : served.result.outcome;
  entry.mirrored = shadow.mirrored;
  entry.not_mirrored = shadow.reason;
  s_.access_log.Write(entry);
}

}  // namespace

void RequestServer::Refused(Downstream& client) {
  if (!services_.access_log.Wants(client.AnswerStatus(), ++services_.requests)) return;
  AccessEntry entry;
  entry.at = WallNow();
  entry.client_address = client.ClientAddress();
  entry.status = client.AnswerStatus();
  entry.bytes_out = client.AnswerBytes();
  entry.total = SteadyNow() - client.RequestStart();
  services_.access_log.Write(entry);
}

Task<> RequestServer::Serve(Downstream& client) {
  Serving serving(services_, client);
  co_await serving.Run();
}

}  // namespace understudy
