// A shadow: its failures are values in an exchange, and end here.
#include "proxy/flow/run_shadow.h"

#include "proxy/async/clock.h"
#include "proxy/base/hash.h"
#include "proxy/flow/count_loss.h"
#include "proxy/flow/rewrite_body.h"
#include "proxy/model/grpc.h"
#include "proxy/wire/send.h"

namespace understudy {
namespace {

// The arm that got the copy shed it, or could not answer in time.
bool Overloaded(const Exchange& exchange) {
  switch (exchange.result.outcome) {
    case ExchangeOutcome::kAnswered:
      return exchange.result.status == 429 || exchange.result.status == 503;
    case ExchangeOutcome::kFirstByteTimeout:
    case ExchangeOutcome::kIdleTimeout:
    case ExchangeOutcome::kTotalTimeout:
      return true;
    default:
      return false;
  }
}

// Answers take what was kept for them first, and beyond it what is left of the budget.
class AnswerBudget : public CopyBudget {
 public:
  explicit AnswerBudget(ShadowTarget& target) : target_(target) {}
  bool Covers(std::size_t bytes) override {
    const std::int64_t more = static_cast<std::int64_t>(bytes) - target_.expected_answer;
    if (more <= 0) return true;
    if (!target_.memory.TryAdd(more, target_.limits)) return false;
    target_.expected_answer += more;
    return true;
  }

 private:
  ShadowTarget& target_;
};

enum class Asked { kCandidate, kIncumbent, kControl };

// 8 the candidate, or the incumbent when the candidate served, or once more
Task<> AskShadow(Services& s, const MirroredRequest& request, const CandidateTraffic& candidate,
                 Asked asked, CopyBudget& budget, Exchange& exchange) {
  const RouteTraffic& route = *request.route;
  const Cluster& cluster = asked == Asked::kCandidate   ? *candidate.cluster
                           : asked == Asked::kIncumbent ? *route.incumbent
                                                        : *route.control;
  const std::uint32_t cluster_index = asked == Asked::kCandidate   ? candidate.cluster_index
                                      : asked == Asked::kIncumbent ? route.incumbent_index
                                                                   : route.control_index;
  const MirrorPolicy& policy = candidate.arm->mirror;
  const bool traced = FindField(request.head.fields, "traceparent") != nullptr;
  const HexText parent = traced ? HexOf(H64("parent", {request.pair_id, cluster.name})) : HexText();
  Outbound out;
  out.cluster = s.upstreams.Of(request.view->topology, cluster_index, Purpose::kShadow);
  out.head = &request.head;
  out.rewrite.client_address = request.client_address;
  out.rewrite.https = request.https;
  out.rewrite.role = asked == Asked::kControl ? "control" : "shadow";
  out.rewrite.route = route.route->name;
  out.rewrite.candidate = candidate.cluster->name;
  out.rewrite.pair_id = request.pair_id;
  out.rewrite.traceparent_parent = parent;
  out.rewrite.forward_credentials = &route.route->forward_credentials;
  SliceList rewritten;
  const SliceList* bytes = &request.body;
  std::string joined;
  if (!cluster.body.empty() &&
      RewriteBody(request.body.Join(joined), request.head.framing, cluster.body, rewritten)) {
    bytes = &rewritten;
    out.rewrite.set_length = true;
    out.rewrite.length = rewritten.Bytes();
  }
  RequestBody body(*bytes);
  out.body = &body;
  out.may_repeat = route.route->effects != Effects::kMutating;
  out.capture_limit = policy.max_body;
  out.copy_budget = &budget;
  out.first_byte = policy.timeout;
  out.total = policy.timeout;
  const HeaderField* const timeout =
      request.head.grpc ? FindField(request.head.fields, "grpc-timeout") : nullptr;
  if (timeout != nullptr) {
    const Duration wanted = ParseGrpcTimeout(timeout->value).value_or(policy.timeout);
    out.deadline = SteadyNow() + std::min(wanted, policy.timeout);
  }
  co_await Send(s.worker, out, exchange);
  if (candidate.adaptive != nullptr && asked != Asked::kControl) {
    candidate.adaptive->Ended(Overloaded(exchange), exchange.sent, RecentNow());
  }
}

void HandOver(Services& s, PairJob job) {  // 9
  // Held by the job, which stays as it is when the ring is full.
  const MirroredRequest& request = *job.request;
  const RouteTraffic& route = *request.route;
  CoverageCounters& counters = route.candidates[job.candidate].coverage->At(s.worker.index);
  if (s.scoring.empty() ||
      !s.scoring[s.offered_pairs++ % s.scoring.size()]->TryPush(std::move(job))) {
    counters.Uncomparable(UncomparableReason::kCompareQueueFull);
    CountLoss(counters, *route.route, request.head, request.bands);
  }
}

// One candidate's pair, its budget given back at the end.
Task<> RunTarget(Services& s, std::shared_ptr<const MirroredRequest> request, ShadowTarget target) {
  const CandidateTraffic& candidate = request->route->candidates[target.candidate];
  PairJob job{request, target.candidate, request->incumbent, nullptr, {}};
  if (request->serving_candidate == target.candidate) {
    job.candidate_exchange = request->candidate;
  } else {
    auto exchange = std::make_shared<Exchange>();
    AnswerBudget budget(target);
    co_await AskShadow(s, *request, candidate, Asked::kCandidate, budget, *exchange);
    job.candidate_exchange = std::move(exchange);
  }
  job.memory = std::move(target.memory);
  target.budget->in_flight.fetch_sub(1, std::memory_order_relaxed);
  HandOver(s, std::move(job));
}

// Side by side: a candidate that does not answer holds up no other.
void RunTargets(Services& s, const std::shared_ptr<const MirroredRequest>& request,
                std::vector<ShadowTarget> targets) {
  for (ShadowTarget& target : targets) {
    asio::co_spawn(s.worker.GetExecutor(), RunTarget(s, request, std::move(target)),
                   asio::detached);
  }
}

// Every pair needs the incumbent's answer: where it did not serve it is asked first, and once.
Task<> AskIncumbent(Services& s, MirroredRequest& request, ShadowTarget& first) {
  auto exchange = std::make_shared<Exchange>();
  AnswerBudget budget(first);
  co_await AskShadow(s, request, request.route->candidates[first.candidate], Asked::kIncumbent,
                     budget, *exchange);
  first.expected_answer = 0;  // taken; a candidate that is asked, too, pays for itself
  request.incumbent = std::move(exchange);
}

// Whether a control's exchange is about the model: not about load it shed, nor about something of
// this process's own. A failure is: a candidate's counts, too.
bool SaysSomething(const Exchange& control) {
  switch (control.result.outcome) {
    case ExchangeOutcome::kAnswered:
      return !control.overloaded && control.captured;
    case ExchangeOutcome::kNoDescriptors:
    case ExchangeOutcome::kPoolExhausted:
    case ExchangeOutcome::kCancelled:
      return false;
    default:
      return true;
  }
}

// One second answer of the incumbent's is for the pairs of all candidates.
Task<> AskControl(Services& s, MirroredRequest& request, ShadowTarget& control) {
  ControlCounters& counters = request.route->control_counters->At(s.worker.index);
  counters.asked.Add();
  auto exchange = std::make_shared<Exchange>();
  AnswerBudget budget(control);
  co_await AskShadow(s, request, request.route->candidates[control.candidate], Asked::kControl,
                     budget, *exchange);
  const bool answered = exchange->result.outcome == ExchangeOutcome::kAnswered;
  (answered ? counters.answered : counters.failed).Add();
  if (SaysSomething(*exchange)) request.control = std::move(exchange);
  request.control_memory = std::move(control.memory);
  control.budget->in_flight.fetch_sub(1, std::memory_order_relaxed);
}

// What the candidates' pairs need is asked for before they are.
Task<> AskFirst(Services& s, std::shared_ptr<MirroredRequest> request,
                std::vector<ShadowTarget> targets, std::optional<ShadowTarget> control) {
  if (request->incumbent == nullptr) co_await AskIncumbent(s, *request, targets.front());
  if (control && request->incumbent->result.outcome == ExchangeOutcome::kAnswered) {
    co_await AskControl(s, *request, *control);
  } else if (control) {
    request->route->control_counters->At(s.worker.index).dropped.Add();
    control->budget->in_flight.fetch_sub(1, std::memory_order_relaxed);
  }
  RunTargets(s, request, std::move(targets));
}

}  // namespace

void StartShadow(Services& s, std::shared_ptr<MirroredRequest> request,
                 std::vector<ShadowTarget> targets, std::optional<ShadowTarget> control) {
  if (request->incumbent != nullptr && !control) {
    RunTargets(s, request, std::move(targets));
    return;
  }
  asio::co_spawn(s.worker.GetExecutor(),
                 AskFirst(s, std::move(request), std::move(targets), std::move(control)),
                 asio::detached);
}

}  // namespace understudy
