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
  candidate.gate =
      DecideGate(view, {status.route, status.candidate, status.candidate_version}, now);
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

CandidateView ViewOfRollout(const ControlView& view, const RolloutState& rollout) {
  if (const CandidateView* ended = view.FindEnded(rollout.id)) return *ended;
  const CandidateView* live = view.Find(rollout.route, rollout.candidate);
  if (live != nullptr && live->rollout.has_value() && live->rollout->id == rollout.id) return *live;
  CandidateView shown;
  shown.route = rollout.route;
  shown.candidate = rollout.candidate;
  shown.candidate_version = rollout.candidate_version;
  shown.incumbent = rollout.incumbent;
  shown.incumbent_version = rollout.incumbent_version;
  shown.plan = rollout.plan;
  shown.rollout = rollout;
  shown.window_since = shown.worst_since = rollout.stage_since;
  shown.verdict.sentence = "no evidence of this rollout is kept: it ended before any was gathered";
  return shown;
}

bool LacksExamples(const CandidateView& subject) {
  return subject.diverged > 0 && subject.worst_since > subject.window_since;
}

void AddExamples(CandidateView& subject, const std::vector<DivergenceRecord>& records) {
  const std::string of = subject.rollout.has_value() ? subject.rollout->id : "";
  for (const DivergenceRecord& record : records) {
    const bool mine = record.rollout_id == of && record.at >= subject.window_since &&
                      record.route == subject.route && record.candidate == subject.candidate;
    const bool known = std::any_of(subject.worst.begin(), subject.worst.end(),
                                   [&](const auto& example) { return example.id == record.id; });
    const auto worst = std::max_element(
        record.scores.begin(), record.scores.end(),
        [](const RecordedScore& a, const RecordedScore& b) { return a.divergence < b.divergence; });
    if (!mine || known || worst == record.scores.end() || !(worst->divergence > 0)) continue;
    std::string segment;
    for (const std::string& name : record.segments) segment += (segment.empty() ? "" : ",") + name;
    subject.worst.push_back({record.id, record.at, worst->comparator, worst->divergence,
                             worst->reason, std::move(segment)});
  }
  std::stable_sort(subject.worst.begin(), subject.worst.end(),
                   [](const auto& a, const auto& b) { return a.divergence > b.divergence; });
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

std::optional<std::vector<CandidateView>> ReportSubjects(const ControlView& view,
                                                         std::string_view route,
                                                         std::string_view candidate) {
  if (view.FindRoute(route) == nullptr) return std::nullopt;
  std::vector<CandidateView> subjects;
  for (const CandidateView& status : view.candidates) {
    if (status.route != route || (!candidate.empty() && status.candidate != candidate)) continue;
    subjects.push_back(status);
  }
  if (!subjects.empty() || candidate.empty()) return subjects;
  const auto rollout =
      std::find_if(view.rollouts.begin(), view.rollouts.end(), [&](const RolloutState& state) {
        return state.route == route && state.candidate == candidate;
      });
  if (rollout == view.rollouts.end()) return std::nullopt;
  subjects.push_back(ViewOfRollout(view, *rollout));
  return subjects;
}

ReportDocument BuildReport(const ControlView& view, std::string_view route,
                           const std::vector<CandidateView>& subjects,
                           const ExampleRecords& records, WallTime now) {
  ReportDocument document;
  document.generated_at = now;
  document.store_available = view.store_available;
  if (const RouteView* found = view.FindRoute(route)) {
    document.route = *found;
  } else {
    document.route.name = route;  // an ended rollout's, which has left the configuration
  }
  for (const CandidateView& subject : subjects) {
    document.candidates.push_back(BuildCandidate(view, subject, records, now));
  }
  return document;
}

}  // namespace understudy
