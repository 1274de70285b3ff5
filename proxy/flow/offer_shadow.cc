// The reasons not to mirror, in order; then the budgets; then the shadow.
#include "proxy/flow/offer_shadow.h"

#include <algorithm>
#include <optional>

#include "proxy/async/clock.h"
#include "proxy/flow/count_loss.h"
#include "proxy/flow/run_shadow.h"
#include "proxy/routing/infer_parameter.h"
#include "proxy/routing/json_text.h"
#include "proxy/wire/body_scanner.h"
#include "proxy/wire/head_writer.h"

namespace understudy {
namespace {

bool IsRejection(int status) {
  return status == 401 || status == 403 || status == 404 || status == 408 || status == 413 ||
         status == 429;
}

// A gRPC call whose client sent several messages, and that is not kept, or was too long for that.
bool IsUnkeptStream(const ServedRequest& served) {
  if (served.body.GrpcMessages() < 2) return false;
  const StreamMirroring& streams = served.plan.route->route->streams;
  return !streams.buffered || served.body.WireBytes() > streams.bytes ||
         served.body.CompletedAt() - served.client.RequestStart() > streams.time;
}

// A reason that holds for every candidate.
std::optional<SkipReason> SkipAll(const ServedRequest& served) {
  const Exchange& answer = *served.served;
  if (served.client.Request().upgrade) return SkipReason::kUpgrade;
  if (answer.client_failed || served.client_left) return SkipReason::kClientLeft;
  if (IsShadowRequest(served.client.Request())) return SkipReason::kLoopGuard;
  if (answer.request_failed) return SkipReason::kClientLeft;
  const bool incumbent_served = served.plan.serving_candidate < 0 || served.failed_candidate;
  const bool answered = answer.result.outcome == ExchangeOutcome::kAnswered;
  if (incumbent_served && !answered) return SkipReason::kServingFailed;
  // A candidate's own rejections are evidence about it.
  if (incumbent_served && IsRejection(answer.result.status)) return SkipReason::kServingRejected;
  if (IsUnkeptStream(served)) return SkipReason::kStreamingRequest;
  if (!served.body.Complete()) return SkipReason::kRequestIncomplete;
  if (!served.body.Replayable()) return SkipReason::kRequestTooLarge;
  if (answered && answer.capture_too_large) return SkipReason::kAnswerTooLarge;
  return std::nullopt;
}

// Before anything is kept for it.
std::optional<DropReason> Shed(const Services& s, const ShadowBudget& budget,
                               const CandidateTraffic& candidate, UpstreamCluster& target,
                               SteadyTime now) {
  if (s.worker.draining) return DropReason::kDraining;
  if (s.worker.Busy()) return DropReason::kWorkerBusy;
  if (budget.in_flight.load(std::memory_order_relaxed) >= candidate.arm->mirror.max_in_flight) {
    return DropReason::kInFlightLimit;
  }
  if (target.BreakerOpen(now)) return DropReason::kBreakerOpen;
  return std::nullopt;
}

// What the request holds, and as much again for the other arm's answer as this one's takes.
std::optional<DropReason> TakeMemory(const ServedRequest& served, const MirroredRequest& request,
                                     ShadowTarget& target) {
  target.expected_answer = static_cast<std::int64_t>(served.served->body.Footprint());
  const std::int64_t bytes =
      target.expected_answer +
      static_cast<std::int64_t>(request.head_bytes.Footprint() + request.body.Footprint() +
                                served.served->head_bytes.Footprint() +
                                served.served->body.Footprint());
  if (target.memory.TryAdd(bytes, target.limits)) return std::nullopt;
  const bool own =
      target.budget->memory.load(std::memory_order_relaxed) + bytes > target.limits.candidate;
  return own ? DropReason::kCandidateMemory : DropReason::kProcessMemory;
}

// Without the lock of ShadowBudgets but for the first time.
ShadowBudget& BudgetOf(Services& s, const RouteTraffic& route, const CandidateTraffic& candidate) {
  const void* key = candidate.coverage;
  for (const auto& [known, budget] : s.known_budgets) {
    if (known == key) return *budget;
  }
  ShadowBudget& budget = s.budgets.Of(route.route->name, candidate.cluster->name);
  s.known_budgets.emplace_back(key, &budget);
  return budget;
}

std::shared_ptr<MirroredRequest> Keep(const ServedRequest& served, LossBands bands) {
  auto request = std::make_shared<MirroredRequest>();
  request->view = served.view;
  request->route = served.plan.route;
  request->pair_id = served.pair_id;
  request->client_address = served.client.ClientAddress();
  request->https = served.client.Https();
  request->at = served.at;
  const std::string_view head = served.client.RequestHeadBytes();
  request->head_bytes.Append(served.client.HeadHolder(), head);
  request->head =
      HeadOfCopy(served.client.Request(), head, request->head_bytes.Slices().front().bytes.data());
  request->body = served.body.TakeCopy();
  request->serving_candidate = served.plan.serving_candidate;
  request->bands = bands;
  if (served.plan.serving_candidate < 0) {
    request->incumbent = served.served;
  } else if (served.failed_candidate != nullptr) {
    request->candidate = served.failed_candidate;
    request->incumbent = served.served;
  } else {
    request->candidate = served.served;
  }
  return request;
}

// Whether the bytes are there, also where a slice ends inside them.
bool Holds(const SliceList& body, std::string_view bytes) {
  const std::size_t overlap = bytes.empty() ? 0 : bytes.size() - 1;
  std::string seam;  // the end of what was looked at, and the beginning of the next slice
  for (const Slice& slice : body.Slices()) {
    if (slice.bytes.find(bytes) != std::string_view::npos) return true;
    seam += slice.bytes.substr(0, overlap);
    if (seam.find(bytes) != std::string::npos) return true;
    if (slice.bytes.size() > overlap) seam = slice.bytes.substr(slice.bytes.size() - overlap);
    seam.erase(0, seam.size() - std::min(seam.size(), overlap));
  }
  return false;
}

// Of a gRPC call that is an inference, which alone has parameters.
bool IsStatefulCall(const MirroredRequest& request) {
  constexpr std::string_view kParameters = "/parameters/";
  if (request.head.path.find("/inference.GRPCInferenceService/") == std::string_view::npos) {
    return false;
  }
  for (const std::string_view pointer : request.route->route->stateful) {
    if (!pointer.starts_with(kParameters)) continue;
    InferParameterSearch search(pointer.substr(kParameters.size()));
    BodyScanner scanner(request.head.framing, request.head.content_length);
    for (const Slice& slice : request.body.Slices()) {
      scanner.Scan(slice.bytes, [&](std::string_view piece) { search.Add(piece); });
    }
    if (search.Found()) return true;
  }
  return false;
}

// Whether its body names something that only the server knows that began it. Bodies without the
// pointer's last key are not put together and looked at more closely.
bool IsStateful(const MirroredRequest& request) {
  if (request.head.grpc) return IsStatefulCall(request);
  std::string joined, payload;
  std::optional<std::string_view> body;
  for (const std::string& pointer : request.route->route->stateful) {
    const std::string_view key = std::string_view(pointer).substr(pointer.rfind('/') + 1);
    // Chunks may end anywhere, also inside the key.
    const bool may_hold = request.head.framing == Framing::kChunked || Holds(request.body, key);
    if (!may_hold) continue;
    if (!body) {
      body = PayloadOf(request.body.Join(joined), request.head.framing, payload).value_or("");
    }
    if (body->find(key) == std::string_view::npos) continue;
    const auto value = FindJsonValue(*body, pointer);
    if (value && *value != "null" && *value != "\"\"" && *value != "false" && *value != "0") {
      return true;
    }
  }
  return false;
}

// Budgets of its own, bounded as those of the first candidate whose pair will use it. Nothing when
// load is to be shed: the pairs then go without.
std::optional<ShadowTarget> ReserveControl(Services& s, const ServedRequest& served,
                                           std::uint16_t candidate) {
  static const std::string kControl = "\ncontrol";  // no cluster's name
  const RouteTraffic& route = *served.plan.route;
  const MirrorPolicy& policy = route.candidates[candidate].arm->mirror;
  ShadowBudget& budget = s.budgets.Of(route.route->name, kControl);
  ShadowTarget control{candidate,
                       &budget,
                       MemoryHold(budget.memory, s.worker.traffic.MirrorMemory()),
                       {static_cast<std::int64_t>(policy.max_memory),
                        static_cast<std::int64_t>(s.worker.mirror_memory)},
                       static_cast<std::int64_t>(served.served->body.Footprint())};
  // Pairs wait for their control, so one that hangs must not take all their places.
  const int most = std::max(1, policy.max_in_flight / 4);
  const bool full = budget.in_flight.load(std::memory_order_relaxed) >= most;
  const auto& pool = s.upstreams.Of(served.view->topology, route.control_index, Purpose::kShadow);
  if (full || s.worker.draining || s.worker.Busy() || pool->BreakerOpen(SteadyNow()) ||
      !control.memory.TryAdd(control.expected_answer, control.limits)) {
    route.control_counters->At(s.worker.index).dropped.Add();
    return std::nullopt;
  }
  budget.in_flight.fetch_add(1, std::memory_order_relaxed);
  return control;
}

}  // namespace

ShadowOutcome OfferShadow(Services& s, ServedRequest served) {
  ShadowOutcome outcome;
  const Assignment& plan = served.plan;
  if (plan.draws.empty()) return outcome;
  std::optional<SkipReason> skip_all = plan.AnyMirrored() ? SkipAll(served) : std::nullopt;
  std::shared_ptr<MirroredRequest> request;
  std::vector<ShadowTarget> targets;
  const SteadyTime now = SteadyNow();
  const LossBands bands =
      plan.AnyMirrored() ? LossBands::Of(served.body.WireBytes(), served.served->result.latency)
                         : LossBands();
  if (plan.AnyMirrored() && !skip_all && !plan.route->route->stateful.empty()) {
    request = Keep(served, bands);
    if (IsStateful(*request)) skip_all = SkipReason::kStateful;
  }
  for (const Assignment::Draw& draw : plan.draws) {
    const CandidateTraffic& candidate = plan.route->candidates[draw.candidate];
    CoverageCounters& counters = candidate.coverage->At(s.worker.index);
    counters.eligible.Add();
    if (!draw.mirrored) {
      if (draw.infrastructure) {
        counters.Skip(SkipReason::kInfrastructure);
        outcome.reason = ToString(SkipReason::kInfrastructure);
      } else if (draw.by_path) {
        counters.Skip(SkipReason::kPathNotMirrored);
        outcome.reason = ToString(SkipReason::kPathNotMirrored);
      } else if (draw.switched_off) {
        counters.Skip(SkipReason::kMirroringOff);
        outcome.reason = ToString(SkipReason::kMirroringOff);
      } else {
        counters.sampled_out.Add();
        if (draw.rate_lowered) counters.rate_lowered.Add();
        outcome.reason = draw.rate_lowered ? "rate_lowered" : "sampled_out";
      }
      continue;
    }
    std::optional<SkipReason> skip = skip_all;
    if (!skip && served.body.WireBytes() > candidate.arm->mirror.max_body) {
      skip = SkipReason::kRequestTooLarge;
    }
    if (!skip && served.served->body.Bytes() > candidate.arm->mirror.max_body) {
      skip = SkipReason::kAnswerTooLarge;
    }
    if (skip) {
      counters.Skip(*skip);
      outcome.reason = ToString(*skip);
      continue;
    }
    const bool reverse = plan.serving_candidate == draw.candidate;
    counters.Chose(bands);
    const auto shed = [&](DropReason reason) {
      counters.Drop(reason);
      CountLoss(counters, *plan.route->route, served.client.Request(), bands);
      outcome.reason = ToString(reason);
    };
    ShadowBudget& budget = BudgetOf(s, *plan.route, candidate);
    const auto& pool = s.upstreams.Of(
        served.view->topology, reverse ? plan.route->incumbent_index : candidate.cluster_index,
        Purpose::kShadow);
    if (const auto drop = Shed(s, budget, candidate, *pool, now)) {
      shed(*drop);
      continue;
    }
    if (request == nullptr) request = Keep(served, bands);
    ShadowTarget target{draw.candidate,
                        &budget,
                        MemoryHold(budget.memory, s.worker.traffic.MirrorMemory()),
                        {static_cast<std::int64_t>(candidate.arm->mirror.max_memory),
                         static_cast<std::int64_t>(s.worker.mirror_memory)}};
    if (const auto drop = TakeMemory(served, *request, target)) {
      shed(*drop);
      continue;
    }
    counters.mirrored.Add();
    outcome.mirrored = true;
    budget.in_flight.fetch_add(1, std::memory_order_relaxed);
    targets.push_back(std::move(target));
  }
  if (outcome.mirrored) {
    outcome.reason = {};
    std::optional<ShadowTarget> control;
    if (plan.control) control = ReserveControl(s, served, targets.front().candidate);
    StartShadow(s, std::move(request), std::move(targets), std::move(control));
  }
  return outcome;
}

ShadowBudget& ShadowBudgets::Of(const std::string& route, const std::string& candidate) {
  std::lock_guard lock(mutex_);
  auto& budget = budgets_[{route, candidate}];
  if (budget == nullptr) budget = std::make_unique<ShadowBudget>();
  return *budget;
}

int ShadowBudgets::InFlight() {
  std::lock_guard lock(mutex_);
  int sum = 0;
  for (const auto& [key, budget] : budgets_) {
    sum += budget->in_flight.load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace understudy
