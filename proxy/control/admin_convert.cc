// Verdicts, coverage, candidates, routes and answers as messages.
#include "proxy/control/admin_convert.h"

#include <algorithm>

#include "proxy/control/report_text.h"

namespace understudy {
namespace {

// The newest lines of a timeline; a report shows more, the journal all.
constexpr std::size_t kTimelineEntries = 100;

v1::Verdict::Reason ToProto(InconclusiveReason reason) {
  switch (reason) {
    case InconclusiveReason::kNone:
      return v1::Verdict::REASON_NONE;
    case InconclusiveReason::kNoTraffic:
      return v1::Verdict::NO_TRAFFIC;
    case InconclusiveReason::kInsufficientSamples:
      return v1::Verdict::INSUFFICIENT_SAMPLES;
    case InconclusiveReason::kInsufficientCoverage:
      return v1::Verdict::INSUFFICIENT_COVERAGE;
    case InconclusiveReason::kComparatorError:
      return v1::Verdict::COMPARATOR_ERROR;
    case InconclusiveReason::kMirrorLoss:
      return v1::Verdict::MIRROR_LOSS;
    case InconclusiveReason::kBudgetExhausted:
      return v1::Verdict::BUDGET_EXHAUSTED;
    case InconclusiveReason::kSampleRatioMismatch:
      return v1::Verdict::SAMPLE_RATIO_MISMATCH;
    case InconclusiveReason::kEvidenceStale:
      return v1::Verdict::EVIDENCE_STALE;
    case InconclusiveReason::kNoiseFloorUnknown:
      return v1::Verdict::NOISE_FLOOR_UNKNOWN;
    case InconclusiveReason::kStoreUnavailable:
      return v1::Verdict::STORE_UNAVAILABLE;
    case InconclusiveReason::kReviewPending:
      return v1::Verdict::REVIEW_PENDING;
  }
  return v1::Verdict::REASON_NONE;
}

v1::CheckStatus ToProto(const CheckResult& check) {
  v1::CheckStatus message;
  message.set_check(check.check);
  message.set_metric(check.metric);
  message.set_segment(check.segment);
  message.set_kind(understudy::ToProto(check.kind));
  message.set_reason(ToProto(check.reason));
  message.set_sentence(check.sentence);
  message.set_required(check.required);
  message.set_samples(check.samples);
  message.set_estimate(check.estimate);
  message.set_interval_low(check.interval_low);
  message.set_interval_high(check.interval_high);
  message.set_limit(check.limit);
  message.set_log_e_rollback(check.log_e_rollback);
  message.set_log_e_promotion(check.log_e_promotion);
  if (check.eta.has_value()) *message.mutable_eta() = understudy::ToProto(*check.eta);
  message.set_covered(check.covered);
  if (check.samples_missing.has_value()) message.set_samples_missing(*check.samples_missing);
  return message;
}

template <typename Reason>
void AddReasons(const PerReason<Reason>& counts,
                google::protobuf::RepeatedPtrField<v1::ReasonCount>* messages) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    v1::ReasonCount* message = messages->Add();
    message->set_reason(std::string(ToString(static_cast<Reason>(i))));
    message->set_count(counts[i]);
  }
}

v1::ArmStatus ToProto(const ArmTraffic& arm) {
  v1::ArmStatus message;
  message.set_role(arm.role);
  message.set_cluster(arm.cluster);
  message.set_version(arm.version);
  message.set_requests(arm.requests);
  message.set_errors(arm.errors);
  message.set_share_configured(arm.share_configured);
  message.set_share_measured(arm.share_measured);
  message.set_p50_seconds(arm.p50_seconds);
  message.set_p99_seconds(arm.p99_seconds);
  return message;
}

v1::DivergenceSummary ToProto(const DivergenceExample& example) {
  v1::DivergenceSummary message;
  message.set_id(example.id);
  *message.mutable_at() = understudy::ToProto(example.at);
  message.set_comparator(example.comparator);
  message.set_divergence(example.divergence);
  message.set_reason(ValidUtf8(example.reason));
  message.set_segment(example.segment);
  return message;
}

void AddSummaries(const CandidateView& candidate, v1::CandidateStatus& message) {
  for (const SegmentSpread& spread : candidate.spreads) {
    v1::SegmentSpreadStatus* added = message.add_spreads();
    added->set_rule(spread.rule);
    added->set_comparator(spread.comparator);
    added->set_worst(spread.worst);
    added->set_best(spread.best);
    added->set_worst_mean(spread.worst_mean);
    added->set_best_mean(spread.best_mean);
    added->set_spread(spread.spread);
  }
  for (const SignReversal& reversal : candidate.reversals) {
    v1::SignReversalStatus* added = message.add_reversals();
    added->set_segment(reversal.segment);
    added->set_metric(reversal.metric);
    added->set_here(reversal.here);
    added->set_overall(reversal.overall);
  }
  for (const ParityDifference& parity : candidate.parity) {
    v1::ParityStatus* added = message.add_parity();
    added->set_rule(parity.rule);
    added->set_higher(parity.higher);
    added->set_lower(parity.lower);
    added->set_candidate(parity.candidate);
    added->set_interval_low(parity.interval_low);
    added->set_interval_high(parity.interval_high);
    added->set_incumbent(parity.incumbent);
    added->set_pairs(parity.pairs);
  }
  for (const NoiseView& noise : candidate.noise) {
    v1::NoiseStatus* added = message.add_noise();
    added->set_comparator(noise.comparator);
    added->set_control_pairs(noise.control_pairs);
    added->set_incumbent(noise.incumbent);
    added->set_excess(noise.excess);
  }
  for (const ValueView& value : candidate.values) {
    v1::ValueStatus* added = message.add_values();
    added->set_name(value.name);
    added->set_pairs(value.pairs);
    added->set_missing(value.missing);
    added->set_incumbent(value.incumbent);
    added->set_candidate(value.candidate);
  }
}

void AddSlices(const CandidateView& candidate, v1::CandidateStatus& message) {
  for (const Suppression& rule : candidate.suppression) {
    v1::SuppressionCount* added = message.add_suppression();
    added->set_path(rule.path);
    added->set_reason(rule.reason);
    added->set_hits(rule.hits);
    added->set_pairs(rule.pairs);
    added->set_share(rule.share);
    added->set_owner(rule.owner);
    added->set_expires(rule.expires);
  }
  for (const IgnoreSuggestion& suggestion : candidate.suggestions) {
    v1::IgnoreSuggestion* added = message.add_suggestions();
    added->set_path(suggestion.path);
    added->set_share(suggestion.share);
    added->set_pairs(suggestion.pairs);
  }
  for (const SegmentStanding& segment : candidate.segments) {
    v1::SegmentStatus* added = message.add_segments();
    added->set_segment(segment.segment);
    added->set_comparator(segment.comparator);
    added->set_samples(segment.samples);
    added->set_mean(segment.mean);
  }
  AddSummaries(candidate, message);
}

}  // namespace

google::protobuf::Timestamp ToProto(WallTime time) {
  google::protobuf::Timestamp message;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>((time - seconds).count()));
  return message;
}

google::protobuf::Duration ToProto(Duration duration) {
  google::protobuf::Duration message;
  // Both parts carry the sign, as the message asks.
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  message.set_seconds(seconds.count());
  message.set_nanos(static_cast<std::int32_t>((duration - seconds).count()));
  return message;
}

v1::Verdict::Kind ToProto(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::kPass:
      return v1::Verdict::PASS;
    case VerdictKind::kWarn:
      return v1::Verdict::WARN;
    case VerdictKind::kInconclusive:
      return v1::Verdict::INCONCLUSIVE;
    case VerdictKind::kFail:
      return v1::Verdict::FAIL;
  }
  return v1::Verdict::KIND_UNSPECIFIED;
}

v1::Verdict ToProto(const Verdict& verdict) {
  v1::Verdict message;
  message.set_kind(ToProto(verdict.kind));
  message.set_reason(ToProto(verdict.reason));
  message.set_sentence(verdict.sentence);
  for (const CheckResult& check : verdict.checks) *message.add_checks() = ToProto(check);
  message.set_samples(verdict.samples);
  message.set_coverage(verdict.coverage);
  message.set_log_e_rollback(verdict.log_e_rollback);
  if (verdict.evaluated_at != WallTime{}) {
    *message.mutable_evaluated_at() = ToProto(verdict.evaluated_at);
  }
  if (verdict.newest_sample_at != WallTime{}) {
    *message.mutable_newest_sample_at() = ToProto(verdict.newest_sample_at);
  }
  if (verdict.eta.has_value()) *message.mutable_eta() = ToProto(*verdict.eta);
  return message;
}

v1::CoverageCounts ToProto(const Coverage& coverage) {
  v1::CoverageCounts message;
  message.set_eligible(coverage.eligible);
  message.set_sampled_out(coverage.sampled_out);
  message.set_mirrored(coverage.mirrored);
  message.set_compared(coverage.compared);
  message.set_in_flight(coverage.InFlight());
  AddReasons<SkipReason>(coverage.skipped, message.mutable_skipped());
  AddReasons<DropReason>(coverage.dropped, message.mutable_dropped());
  AddReasons<UncomparableReason>(coverage.uncomparable, message.mutable_uncomparable());
  message.set_ratio(coverage.Ratio());
  message.set_rate_lowered(coverage.rate_lowered);
  message.set_chosen(coverage.Chosen());
  return message;
}

v1::CandidateStatus ToProto(const CandidateView& candidate) {
  v1::CandidateStatus message;
  message.set_route(candidate.route);
  message.set_candidate(candidate.candidate);
  message.set_candidate_version(candidate.candidate_version);
  message.set_incumbent(candidate.incumbent);
  message.set_incumbent_version(candidate.incumbent_version);
  message.set_mirror_rate(candidate.mirror_rate);
  message.set_mirror_rate_in_force(candidate.mirror_rate_in_force);
  if (candidate.rollout.has_value()) *message.mutable_rollout() = ToProto(*candidate.rollout);
  *message.mutable_verdict() = ToProto(candidate.verdict);
  *message.mutable_plan() = ToProto(candidate.plan);
  *message.mutable_coverage() = ToProto(candidate.coverage);
  *message.mutable_coverage_total() = ToProto(candidate.coverage_total);
  message.set_pairs(candidate.pairs);
  message.set_warming_up(candidate.warming_up);
  message.set_retries(candidate.retries);
  message.set_pairs_per_second(candidate.pairs_per_second);
  for (const double mean : candidate.divergence_history) message.add_divergence_history(mean);
  AddSlices(candidate, message);
  for (const DivergenceExample& example : candidate.worst) *message.add_worst() = ToProto(example);
  const std::size_t lines = candidate.timeline.size();
  for (std::size_t i = lines - std::min(lines, kTimelineEntries); i < lines; ++i) {
    *message.add_timeline() = ToProto(candidate.timeline[i]);
  }
  if (candidate.window_since != WallTime{}) {
    *message.mutable_window_since() = ToProto(candidate.window_since);
  }
  return message;
}

v1::RouteStatus ToProto(const RouteView& route, const ControlView& view) {
  v1::RouteStatus message;
  message.set_name(route.name);
  message.set_incumbent(route.incumbent);
  message.set_incumbent_in_file(route.incumbent_in_file);
  message.set_killed(route.killed);
  message.set_frozen(route.frozen);
  if (route.killed_by.has_value()) *message.mutable_killed_by() = ToProto(*route.killed_by);
  if (route.frozen_by.has_value()) *message.mutable_frozen_by() = ToProto(*route.frozen_by);
  message.set_late_change(route.late_change);
  for (const ArmTraffic& arm : route.arms) *message.add_arms() = ToProto(arm);
  for (const CandidateView& candidate : view.candidates) {
    if (candidate.route == route.name) message.add_candidates(candidate.candidate);
  }
  return message;
}

v1::Explanation ToProto(const Explanation& explanation) {
  v1::Explanation message;
  message.set_route(explanation.route);
  message.set_candidate(explanation.candidate);
  message.set_summary(explanation.summary);
  for (const Blocker& blocker : explanation.blockers) {
    v1::Blocker* added = message.add_blockers();
    added->set_kind(blocker.kind);
    added->set_name(blocker.name);
    added->set_sentence(blocker.sentence);
  }
  if (explanation.eta.has_value()) *message.mutable_eta() = ToProto(*explanation.eta);
  message.set_next_step(explanation.next_step);
  for (const std::string& knob : explanation.knobs) message.add_knobs(knob);
  return message;
}

v1::GateResponse ToProto(const GateAnswer& answer) {
  v1::GateResponse message;
  switch (answer.kind) {
    case GateKind::kUnknown:
      message.set_answer(v1::GateResponse::UNKNOWN);
      break;
    case GateKind::kYes:
      message.set_answer(v1::GateResponse::YES);
      break;
    case GateKind::kNo:
      message.set_answer(v1::GateResponse::NO);
      break;
    case GateKind::kNotYet:
      message.set_answer(v1::GateResponse::NOT_YET);
      break;
    case GateKind::kNeedsApproval:
      message.set_answer(v1::GateResponse::NEEDS_APPROVAL);
      break;
    case GateKind::kStale:
      message.set_answer(v1::GateResponse::STALE);
      break;
  }
  message.set_sentence(answer.sentence);
  for (const GateReason& reason : answer.reasons) {
    v1::GateResponse::Reason* added = message.add_reasons();
    added->set_code(reason.code);
    added->set_sentence(reason.sentence);
    added->set_check(reason.check);
  }
  message.set_candidate(answer.candidate);
  message.set_candidate_version(answer.candidate_version);
  if (answer.rollout.has_value()) {
    message.set_rollout_id(answer.rollout->id);
    message.set_phase(ToProto(answer.rollout->phase));
    message.set_incumbent_version(answer.rollout->incumbent_version);
    message.set_plan_hash(answer.rollout->plan.hash);
  }
  if (answer.evidence_age.has_value()) {
    *message.mutable_evidence_age() = ToProto(*answer.evidence_age);
  }
  return message;
}

}  // namespace understudy
