// Gathers the report's parts from one picture of the control plane.
#include "proxy/control/report_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/control/report_text.h"

namespace understudy {
namespace {

std::vector<std::string> Places(const DivergenceRecord& record, std::string_view comparator) {
  std::vector<std::string> places;
  for (const RecordedScore& score : record.scores) {
    if (score.comparator != comparator) continue;
    for (const RecordedDifference& difference : score.differences) {
      if (places.size() == kPlacesPerExample) return places;
      places.push_back(fmt::format("{} at {}", difference.kind,
                                   difference.path.empty() ? "the body" : difference.path));
    }
  }
  return places;
}

std::vector<std::string> WhatWouldChange(const ReportCandidate& candidate) {
  const CandidateView& status = candidate.status;
  std::vector<std::string> changes;
  for (const CheckResult& check : status.verdict.checks) {
    if (check.kind == VerdictKind::kPass) {
      continue;
    }
    if (check.kind == VerdictKind::kInconclusive && check.samples_missing.has_value()) {
      changes.push_back(fmt::format("{}: about {} more pairs at the present estimate of {}",
                                    check.check, *check.samples_missing,
                                    NumberText(check.estimate)));
    } else if (check.kind == VerdictKind::kFail || check.kind == VerdictKind::kWarn) {
      changes.push_back(fmt::format(
          "{}: a candidate version whose value is within {} (this one: {}, at least {})",
          check.check, NumberText(check.limit), NumberText(check.estimate),
          NumberText(check.interval_low)));
    } else {
      changes.push_back(fmt::format("{}: {}", check.check, check.sentence));
    }
  }
  const std::string unless =
      "new evidence against a check, another version of either model, a "
      "changed plan, or evidence older than ";
  if (changes.empty() && Headline(status) == VerdictKind::kPass) {
    const Plan& plan = status.rollout.has_value() ? status.rollout->plan : status.plan;
    changes.push_back(unless + DurationText(plan.max_evidence_age));
  }
  if (changes.empty()) changes.push_back(candidate.explanation.summary);
  return changes;
}

ReportCandidate BuildCandidate(const ControlView& view, const CandidateView& status,
                               const ExampleRecords& records, WallTime now) {
  ReportCandidate candidate;
  candidate.status = status;
  std::vector<JournalLine>& timeline = candidate.status.timeline;
  if (timeline.size() > kTimelineLines) {
    candidate.timeline_left_out = timeline.size() - kTimelineLines;
    timeline.erase(timeline.begin(), timeline.end() - kTimelineLines);
  }
  candidate.gate = DecideGate(view, {status.route, status.candidate, ""}, now);
  candidate.explanation = Explain(view, status, now);
  for (const DivergenceExample& example : status.worst) {
    if (candidate.examples.size() == kExamplesPerReport) break;
    const auto record = records.find(example.id);
    candidate.examples.push_back({example, record == records.end()
                                               ? std::vector<std::string>{}
                                               : Places(record->second, example.comparator)});
  }
  candidate.what_would_change = WhatWouldChange(candidate);
  return candidate;
}

}  // namespace

CandidateView ViewOfRollout(const RolloutState& rollout) {
  CandidateView view;
  view.route = rollout.route;
  view.candidate = rollout.candidate;
  view.candidate_version = rollout.candidate_version;
  view.incumbent = rollout.incumbent;
  view.incumbent_version = rollout.incumbent_version;
  view.plan = rollout.plan;
  view.rollout = rollout;
  view.window_since = rollout.stage_since;
  view.verdict.sentence =
      "no window is open for this rollout: what it was decided on is in the "
      "timeline";
  return view;
}

VerdictKind Headline(const CandidateView& candidate) {
  const bool rolled_back = candidate.rollout.has_value() &&
                           candidate.rollout->phase == Phase::kRolledBack &&
                           candidate.rollout->candidate_version == candidate.candidate_version;
  return rolled_back ? VerdictKind::kFail : candidate.verdict.kind;
}

VerdictKind ReportDocument::Worst() const {
  if (candidates.empty()) return VerdictKind::kInconclusive;
  VerdictKind worst = VerdictKind::kPass;
  for (const ReportCandidate& candidate : candidates) {
    worst = std::max(worst, Headline(candidate.status));
  }
  return worst;
}

std::optional<ReportDocument> BuildReport(const ControlView& view, std::string_view route,
                                          std::string_view candidate, const ExampleRecords& records,
                                          WallTime now) {
  const RouteView* found = view.FindRoute(route);
  if (found == nullptr) return std::nullopt;
  ReportDocument document;
  document.generated_at = now;
  document.route = *found;
  document.store_available = view.store_available;
  for (const CandidateView& status : view.candidates) {
    if (status.route != route || (!candidate.empty() && status.candidate != candidate)) continue;
    document.candidates.push_back(BuildCandidate(view, status, records, now));
  }
  if (!document.candidates.empty() || candidate.empty()) return document;
  const auto rollout =
      std::find_if(view.rollouts.begin(), view.rollouts.end(), [&](const RolloutState& state) {
        return state.route == route && state.candidate == candidate;
      });
  if (rollout == view.rollouts.end()) return std::nullopt;
  document.candidates.push_back(BuildCandidate(view, ViewOfRollout(*rollout), records, now));
  return document;
}

}  // namespace understudy
