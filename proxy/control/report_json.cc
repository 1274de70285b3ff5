// The report as JSON.
#include <string>

#include "proxy/control/report_json_evidence.h"
#include "proxy/control/report_json_writer.h"
#include "proxy/control/report_render.h"

namespace understudy {
namespace {

void WriteCheck(JsonWriter& json, const CheckResult& check) {
  json.BeginObject();
  json.Text("check", check.check);
  json.Text("metric", check.metric);
  json.Text("segment", check.segment);
  json.Text("verdict", ToString(check.kind));
  json.Text("reason", ToString(check.reason));
  json.Text("sentence", check.sentence);
  json.Boolean("required", check.required);
  json.Count("samples", check.samples);
  json.Number("estimate", check.estimate);
  json.Number("interval_low", check.interval_low);
  json.Number("interval_high", check.interval_high);
  json.Number("limit", check.limit);
  json.Number("log_e_rollback", check.log_e_rollback);
  json.Number("log_e_promotion", check.log_e_promotion);
  json.MaybeCount("samples_missing", check.samples_missing);
  json.MaybeSeconds("eta_seconds", check.eta);
  json.Boolean("covered", check.covered);
  json.EndObject();
}

void WriteVerdict(JsonWriter& json, const Verdict& verdict) {
  json.BeginObject("verdict");
  json.Text("kind", ToString(verdict.kind));
  json.Text("reason", ToString(verdict.reason));
  json.Text("sentence", verdict.sentence);
  json.Count("samples", verdict.samples);
  json.Number("coverage", verdict.coverage);
  json.Number("log_e_rollback", verdict.log_e_rollback);
  json.Time("evaluated_at", verdict.evaluated_at);
  json.Time("newest_sample_at", verdict.newest_sample_at);
  json.MaybeSeconds("eta_seconds", verdict.eta);
  json.BeginArray("checks");
  for (const CheckResult& check : verdict.checks) WriteCheck(json, check);
  json.EndArray();
  json.EndObject();
}

template <typename Reason>
void WriteReasons(JsonWriter& json, std::string_view key, const PerReason<Reason>& counts) {
  json.BeginObject(key);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json.Count(ToString(static_cast<Reason>(i)), counts[i]);
  }
  json.EndObject();
}

void WriteCoverage(JsonWriter& json, std::string_view key, const Coverage& coverage) {
  json.BeginObject(key);
  json.Count("eligible", coverage.eligible);
  json.Count("sampled_out", coverage.sampled_out);
  json.Count("rate_lowered", coverage.rate_lowered);
  json.Count("mirrored", coverage.mirrored);
  json.Count("compared", coverage.compared);
  json.Count("in_flight", coverage.InFlight());
  json.Count("chosen", coverage.Chosen());
  json.Number("ratio", coverage.Ratio());
  WriteReasons<SkipReason>(json, "skipped", coverage.skipped);
  WriteReasons<DropReason>(json, "dropped", coverage.dropped);
  WriteReasons<UncomparableReason>(json, "uncomparable", coverage.uncomparable);
  json.EndObject();
}

void WritePlan(JsonWriter& json, const Plan& plan) {
  json.BeginObject("plan");
  json.Text("name", plan.name);
  json.Text("hash", plan.hash);
  json.Number("alpha_rollback", plan.alpha_rollback);
  json.Number("alpha_promotion", plan.alpha_promotion);
  json.Number("min_coverage", plan.min_coverage);
  json.BeginArray("stage_exposure_risks");
  for (const Stage& stage : plan.stages) {
    const std::optional<double> risk =
        stage.exposure_risk ? stage.exposure_risk : plan.exposure_risk;
    risk ? json.Number("", *risk) : json.Null("");
  }
  json.EndArray();
  json.Number("max_evidence_age_seconds", Seconds(plan.max_evidence_age));
  json.BeginArray("stage_weights_ppm");
  for (const Stage& stage : plan.stages) json.Count("", stage.weight_ppm);
  json.EndArray();
  json.EndObject();
}

void WriteRollout(JsonWriter& json, const std::optional<RolloutState>& rollout) {
  if (!rollout.has_value()) {
    json.Null("rollout");
    return;
  }
  json.BeginObject("rollout");
  json.Text("id", rollout->id);
  json.Text("phase", ToString(rollout->phase));
  json.Count("stage", rollout->stage);
  json.Count("weight_ppm", rollout->weight_ppm);
  json.BeginArray("holds");
  for (const Hold hold : rollout->holds.All()) json.Text("", ToString(hold));
  json.EndArray();
  json.Count("generation", rollout->generation);
  json.Text("incumbent_version", rollout->incumbent_version);
  json.Text("candidate_version", rollout->candidate_version);
  json.Time("created_at", rollout->created_at);
  json.Time("phase_since", rollout->phase_since);
  json.Text("ended_reason", rollout->ended_reason);
  json.BeginArray("overrides");
  for (const Override& entry : rollout->overrides) {
    json.BeginObject();
    json.Time("at", entry.at);
    json.Text("actor", entry.actor);
    json.Text("reason", entry.reason);
    json.Text("what", entry.what);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteAct(JsonWriter& json, std::string_view key, const std::optional<JournalLine>& act) {
  if (!act.has_value()) {
    json.Null(key);
    return;
  }
  json.BeginObject(key);
  json.Time("at", act->at);
  json.Text("actor", act->actor);
  json.Text("reason", act->reason);
  json.EndObject();
}

void WriteTimeline(JsonWriter& json, const ReportCandidate& candidate) {
  json.Count("timeline_left_out", candidate.timeline_left_out);
  json.BeginArray("timeline");
  for (const JournalLine& line : candidate.status.timeline) {
    json.BeginObject();
    json.Count("sequence", line.sequence);
    json.Time("at", line.at);
    json.Text("actor", line.actor);
    json.Text("action", line.action);
    json.Text("reason", line.reason);
    json.Text("from", line.from);
    json.Text("to", line.to);
    json.Text("evidence", line.evidence);
    json.EndObject();
  }
  json.EndArray();
}

void WriteExamples(JsonWriter& json, const std::vector<ReportExample>& examples) {
  json.BeginArray("worst");
  for (const ReportExample& entry : examples) {
    json.BeginObject();
    json.Text("id", entry.example.id);
    json.Time("at", entry.example.at);
    json.Text("comparator", entry.example.comparator);
    json.Number("divergence", entry.example.divergence);
    json.Text("reason", entry.example.reason);
    json.Text("segment", entry.example.segment);
    json.BeginArray("places");
    for (const std::string& place : entry.places) json.Text("", place);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
}

void WriteAnswers(JsonWriter& json, const ReportCandidate& candidate) {
  json.BeginObject("gate");
  json.Text("answer", ToString(candidate.gate.kind));
  json.BeginArray("reasons");
  for (const GateReason& reason : candidate.gate.reasons) {
    json.BeginObject();
    json.Text("code", reason.code);
    json.Text("sentence", reason.sentence);
    json.Text("check", reason.check);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.BeginObject("explanation");
  json.Text("summary", candidate.explanation.summary);
  json.Text("next_step", candidate.explanation.next_step);
  json.MaybeSeconds("eta_seconds", candidate.explanation.eta);
  json.BeginArray("knobs");
  for (const std::string& knob : candidate.explanation.knobs) json.Text("", knob);
  json.EndArray();
  json.BeginArray("blockers");
  for (const Blocker& blocker : candidate.explanation.blockers) {
    json.BeginObject();
    json.Text("kind", blocker.kind);
    json.Text("name", blocker.name);
    json.Text("sentence", blocker.sentence);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.BeginArray("what_would_change");
  for (const std::string& sentence : candidate.what_would_change) json.Text("", sentence);
  json.EndArray();
}

void WriteCandidate(JsonWriter& json, const ReportCandidate& candidate, WallTime generated_at) {
  const CandidateView& status = candidate.status;
  json.BeginObject();
  json.Text("candidate", status.candidate);
  json.Text("candidate_version", status.candidate_version);
  json.Text("incumbent", status.incumbent);
  json.Text("incumbent_version", status.incumbent_version);
  json.Text("headline", ToString(Headline(status)));
  WriteVerdict(json, status.verdict);
  json.BeginObject("window");
  json.Time("since", status.window_since);
  json.Time("until", generated_at);
  json.Count("pairs", status.pairs);
  json.Count("diverged", status.diverged);
  json.Count("warming_up", status.warming_up);
  json.Count("retries", status.retries);
  json.Number("pairs_per_second", status.pairs_per_second);
  json.Number("mirror_rate", status.mirror_rate);
  json.Number("mirror_rate_in_force", status.mirror_rate_in_force);
  json.EndObject();
  WriteCoverage(json, "coverage", status.coverage);
  WriteCoverage(json, "coverage_total", status.coverage_total);
  WritePlan(json, status.rollout.has_value() ? status.rollout->plan : status.plan);
  WriteRollout(json, status.rollout);
  WriteAnswers(json, candidate);
  WriteSlices(json, status, generated_at);
  WriteExamples(json, candidate.examples);
  WriteTimeline(json, candidate);
  WriteEvidence(json, status);
  json.EndObject();
}

}  // namespace

std::string RenderReportJson(const ReportDocument& document) {
  JsonWriter json;
  json.BeginObject();
  json.Text("schema", kReportSchema);
  json.Time("generated_at", document.generated_at);
  json.Text("verdict", ToString(document.Worst()));
  json.BeginObject("route");
  json.Text("name", document.route.name);
  json.Text("incumbent", document.route.incumbent);
  json.Text("incumbent_in_file", document.route.incumbent_in_file);
  json.Boolean("killed", document.route.killed);
  json.Boolean("frozen", document.route.frozen);
  WriteAct(json, "killed_by", document.route.killed_by);
  WriteAct(json, "frozen_by", document.route.frozen_by);
  json.Text("late_change", document.route.late_change);
  json.Boolean("store_available", document.store_available);
  json.BeginArray("arms");
  for (const ArmTraffic& arm : document.route.arms) {
    json.BeginObject();
    json.Text("role", arm.role);
    json.Text("cluster", arm.cluster);
    json.Text("version", arm.version);
    json.Count("requests", arm.requests);
    json.Count("errors", arm.errors);
    json.Number("share_configured", arm.share_configured);
    json.Number("share_measured", arm.share_measured);
    json.Number("p50_seconds", arm.p50_seconds);
    json.Number("p99_seconds", arm.p99_seconds);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.BeginArray("candidates");
  for (const ReportCandidate& candidate : document.candidates) {
    WriteCandidate(json, candidate, document.generated_at);
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

std::string RenderVerdictJson(const Verdict& verdict) {
  JsonWriter json;
  json.BeginObject();
  WriteVerdict(json, verdict);
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
