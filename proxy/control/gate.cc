// The gate's decision, from "cannot know" over "no" and "not now" to the one way to YES.
#include "proxy/control/gate.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/control/report_text.h"
#include "proxy/rollout/raise.h"

namespace understudy {
namespace {

using Reasons = std::vector<GateReason>;

GateAnswer Answer(GateKind kind, bool settled, Reasons reasons) {
  GateAnswer answer;
  answer.kind = kind;
  answer.settled = settled;
  answer.sentence = reasons.front().sentence;
  answer.reasons = std::move(reasons);
  return answer;
}

// The rollouts are newest first.
const RolloutState* NewestRollout(const ControlView& view, std::string_view route,
                                  std::string_view candidate, std::string_view version) {
  const auto found =
      std::find_if(view.rollouts.begin(), view.rollouts.end(), [&](const RolloutState& rollout) {
        return rollout.route == route && rollout.candidate == candidate &&
               (version.empty() || rollout.candidate_version == version);
      });
  return found == view.rollouts.end() ? nullptr : &*found;
}

// The name asked for, or the only one there is; empty when that is not one.
std::string ResolveCandidate(const ControlView& view, const GateQuery& query) {
  if (!query.candidate.empty()) return query.candidate;
  std::string only;
  for (const CandidateView& candidate : view.candidates) {
    if (candidate.route != query.route) continue;
    if (!only.empty()) return "";
    only = candidate.candidate;
  }
  return only;
}

// What earlier rollouts of this version settle for good.
std::optional<GateAnswer> FromHistory(const ControlView& view, const RouteView& route,
                                      std::string_view candidate, const std::string& version) {
  for (const Quarantine& entry : view.quarantine) {
    if (entry.route != route.name || entry.candidate_version != version) continue;
    return Answer(GateKind::kNo, true,
                  {{"QUARANTINED",
                    fmt::format("version {} is in quarantine since {}: rolled back by {} ({})",
                                version, TimeText(entry.since), entry.rollout_id, entry.reason),
                    ""}});
  }
  const RolloutState* rollout = NewestRollout(view, route.name, candidate, version);
  if (rollout == nullptr) return std::nullopt;
  if (rollout->phase == Phase::kRolledBack) {
    return Answer(GateKind::kNo, true,
                  {{"ROLLED_BACK",
                    fmt::format("rollout {} of version {} was rolled back: {}", rollout->id,
                                version, rollout->ended_reason),
                    ""}});
  }
  if (rollout->phase == Phase::kCompleted && route.incumbent == candidate) {
    return Answer(
        GateKind::kYes, true,
        {{"COMPLETED",
          fmt::format("rollout {} of version {} is completed: {} is the route's incumbent",
                      rollout->id, version, candidate),
          ""}});
  }
  return std::nullopt;
}

std::optional<GateAnswer> Failed(const CandidateView& candidate, const RolloutState* rollout) {
  Reasons reasons;
  for (const CheckResult& check : candidate.verdict.checks) {
    if (check.required && check.kind == VerdictKind::kFail) {
      reasons.push_back(
          {"CHECK_FAILED", fmt::format("{}: {}", check.check, check.sentence), check.check});
    }
  }
  if (reasons.empty() && candidate.verdict.kind == VerdictKind::kFail) {
    reasons.push_back({"VERDICT_FAIL", candidate.verdict.sentence, ""});
  }
  if (rollout != nullptr && rollout->holds.Has(Hold::kFailedCheck)) {
    reasons.push_back({"HOLD_FAILED_CHECK",
                       fmt::format("rollout {} is held because a check failed", rollout->id), ""});
  }
  if (reasons.empty()) return std::nullopt;
  return Answer(GateKind::kNo, true, std::move(reasons));
}

// Of the older of the newest pair and the evaluation.
std::optional<Duration> EvidenceAge(const Verdict& verdict, WallTime now) {
  const WallTime oldest = std::min(verdict.newest_sample_at, verdict.evaluated_at);
  if (oldest == WallTime{}) return std::nullopt;
  return std::max(Duration::zero(), now - oldest);
}

std::optional<GateAnswer> OtherVersions(const GateQuery& query, const CandidateView& candidate,
                                        const RolloutState* rollout) {
  if (!query.candidate_version.empty() && query.candidate_version != candidate.candidate_version) {
    return Answer(
        GateKind::kStale, true,
        {{"OTHER_VERSION",
          fmt::format("asked for version {}, but candidate {} is version {}",
                      query.candidate_version, candidate.candidate, candidate.candidate_version),
          ""}});
  }
  if (rollout == nullptr) return std::nullopt;
  if (rollout->candidate_version != candidate.candidate_version) {
    return Answer(GateKind::kStale, true,
                  {{"OTHER_VERSION",
                    fmt::format("rollout {} judges version {}, but candidate {} is version {} now",
                                rollout->id, rollout->candidate_version, candidate.candidate,
                                candidate.candidate_version),
                    ""}});
  }
  if (rollout->incumbent_version != candidate.incumbent_version) {
    return Answer(
        GateKind::kStale, true,
        {{"OTHER_INCUMBENT",
          fmt::format("rollout {} compares with incumbent version {}, but version {} "
                      "serves now",
                      rollout->id, rollout->incumbent_version, candidate.incumbent_version),
          ""}});
  }
  return std::nullopt;
}

std::optional<GateAnswer> Undecided(const Verdict& verdict) {
  Reasons reasons;
  if (verdict.kind == VerdictKind::kInconclusive) {
    reasons.push_back({verdict.reason == InconclusiveReason::kNone
                           ? "INCONCLUSIVE"
                           : std::string(ToString(verdict.reason)),
                       verdict.sentence, ""});
  }
  for (const CheckResult& check : verdict.checks) {
    if (!check.required || check.kind != VerdictKind::kInconclusive) continue;
    reasons.push_back({check.reason == InconclusiveReason::kNone
                           ? "INCONCLUSIVE"
                           : std::string(ToString(check.reason)),
                       fmt::format("{}: {}", check.check, check.sentence), check.check});
  }
  if (reasons.empty()) return std::nullopt;
  const bool review = verdict.reason == InconclusiveReason::kReviewPending;
  return Answer(review ? GateKind::kNeedsApproval : GateKind::kNotYet, false, std::move(reasons));
}

std::optional<GateAnswer> Stopped(const ControlView& view, const RouteView& route,
                                  const RolloutState* rollout) {
  Reasons reasons;
  if (!view.store_available) {
    reasons.push_back({"STORE_UNAVAILABLE", "the control store cannot be written", ""});
  }
  if (route.killed) {
    reasons.push_back({"KILLED", fmt::format("route {} is killed", route.name), ""});
  }
  if (route.frozen) {
    reasons.push_back({"FROZEN", fmt::format("raises on route {} are frozen", route.name), ""});
  }
  if (rollout != nullptr) {
    for (const Hold hold : rollout->holds.All()) {
      if (hold == Hold::kAwaitingApproval) continue;
      reasons.push_back({fmt::format("HOLD_{}", ToString(hold)),
                         fmt::format("rollout {} is held: {}", rollout->id, ToString(hold)), ""});
    }
  }
  if (reasons.empty()) return std::nullopt;
  return Answer(GateKind::kNotYet, false, std::move(reasons));
}

bool NeedsApproval(const RolloutState& rollout) {
  return rollout.holds.Has(Hold::kAwaitingApproval) || UnapprovedStage(rollout).has_value();
}

GateAnswer Passed(const CandidateView& candidate) {
  const Verdict& verdict = candidate.verdict;
  std::size_t passing = 0;
  Reasons warnings;
  for (const CheckResult& check : verdict.checks) {
    if (check.required && check.kind == VerdictKind::kPass) ++passing;
    if (check.kind == VerdictKind::kWarn) {
      warnings.push_back(
          {"WARNING", fmt::format("{}: {}", check.check, check.sentence), check.check});
    }
  }
  if (passing == 0 || verdict.samples == 0) {
    return Answer(GateKind::kUnknown, false,
                  {{"NOTHING_JUDGED",
                    "no required check has passed on any pair: a plan without required checks "
                    "cannot open the gate",
                    ""}});
  }
  Reasons reasons = {{"PASS",
                      fmt::format("{} required {} on {} pairs: {}", passing,
                                  passing == 1 ? "check passes" : "checks pass", verdict.samples,
                                  verdict.sentence),
                      ""}};
  reasons.insert(reasons.end(), warnings.begin(), warnings.end());
  return Answer(GateKind::kYes, true, std::move(reasons));
}

GateAnswer FromEvidence(const ControlView& view, const RouteView& route, const GateQuery& query,
                        const CandidateView& candidate, const RolloutState* rollout, WallTime now) {
  if (auto answer = OtherVersions(query, candidate, rollout)) return *answer;
  if (auto answer = Failed(candidate, rollout)) return *answer;
  const Verdict& verdict = candidate.verdict;
  if (verdict.evaluated_at == WallTime{}) {
    return Answer(GateKind::kUnknown, false,
                  {{"NOTHING_KNOWN", "the evidence has not been evaluated yet", ""}});
  }
  const Plan& plan = rollout != nullptr ? rollout->plan : candidate.plan;
  const std::optional<Duration> age = EvidenceAge(verdict, now);
  if (verdict.reason == InconclusiveReason::kEvidenceStale ||
      (age.has_value() && *age > plan.max_evidence_age)) {
    return Answer(GateKind::kStale, false,
                  {{"EVIDENCE_STALE",
                    fmt::format("the evidence is {} old and at most {} is allowed",
                                age.has_value() ? DurationText(*age) : "unknown",
                                DurationText(plan.max_evidence_age)),
                    ""}});
  }
  if (auto answer = Undecided(verdict)) return *answer;
  if (!age.has_value()) {
    return Answer(GateKind::kUnknown, false, {{"NOTHING_KNOWN", "no pair was compared yet", ""}});
  }
  if (auto answer = Stopped(view, route, rollout)) return *answer;
  if (rollout != nullptr && NeedsApproval(*rollout)) {
    return Answer(
        GateKind::kNeedsApproval, false,
        {{"AWAITING_APPROVAL",
          fmt::format("the evidence passes; rollout {} waits for `rollout approve`", rollout->id),
          ""}});
  }
  return Passed(candidate);
}

GateAnswer Unknown(std::string code, std::string sentence) {
  return Answer(GateKind::kUnknown, true, {{std::move(code), std::move(sentence), ""}});
}

}  // namespace

std::string_view ToString(GateKind kind) {
  switch (kind) {
    case GateKind::kUnknown:
      return "UNKNOWN";
    case GateKind::kYes:
      return "YES";
    case GateKind::kNo:
      return "NO";
    case GateKind::kNotYet:
      return "NOT_YET";
    case GateKind::kNeedsApproval:
      return "NEEDS_APPROVAL";
    case GateKind::kStale:
      return "STALE";
  }
  return "UNKNOWN";
}

GateAnswer DecideGate(const ControlView& view, const GateQuery& query, WallTime now) {
  const RouteView* route = view.FindRoute(query.route);
  if (route == nullptr) {
    return Unknown("ROUTE_UNKNOWN", fmt::format("there is no route named \"{}\"", query.route));
  }
  const std::string name = ResolveCandidate(view, query);
  if (name.empty()) {
    return Unknown("CANDIDATE_UNKNOWN",
                   fmt::format("route {} has not exactly one candidate; name one", query.route));
  }
  const CandidateView* candidate = view.Find(query.route, name);
  const RolloutState* newest = NewestRollout(view, query.route, name, query.candidate_version);
  std::string version = query.candidate_version;
  if (version.empty() && candidate != nullptr) version = candidate->candidate_version;
  if (version.empty() && newest != nullptr) version = newest->candidate_version;

  GateAnswer answer;
  const RolloutState* active = nullptr;
  if (candidate != nullptr && candidate->rollout.has_value() &&
      !IsTerminal(candidate->rollout->phase)) {
    active = &*candidate->rollout;
  }
  if (auto settled = version.empty() ? std::nullopt : FromHistory(view, *route, name, version)) {
    answer = *std::move(settled);
    if (newest == nullptr || newest->candidate_version != version) {
      newest = NewestRollout(view, query.route, name, version);
    }
    if (newest != nullptr) answer.rollout = *newest;
  } else if (candidate == nullptr) {
    answer = Unknown("CANDIDATE_UNKNOWN",
                     fmt::format("route {} has no candidate named \"{}\"", query.route, name));
  } else {
    answer = FromEvidence(view, *route, query, *candidate, active, now);
    if (active != nullptr) answer.rollout = *active;
  }
  answer.candidate = name;
  answer.candidate_version = candidate != nullptr ? candidate->candidate_version : version;
  if (candidate != nullptr) answer.evidence_age = EvidenceAge(candidate->verdict, now);
  return answer;
}

}  // namespace understudy
