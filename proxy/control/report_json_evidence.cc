// Slices, noise, values, and the sums.
#include "proxy/control/report_json_evidence.h"

#include "absl/strings/escaping.h"
#include "proxy/control/report_json_rules.h"
#include "proxy/control/sqlite_plan_codec.h"

namespace understudy {
namespace {

void WriteSegmentSummaries(JsonWriter& json, const CandidateView& status) {
  json.BeginArray("segment_spreads");
  for (const SegmentSpread& spread : status.spreads) {
    json.BeginObject();
    json.Text("rule", spread.rule);
    json.Text("comparator", spread.comparator);
    json.Text("worst", spread.worst);
    json.Number("worst_mean", spread.worst_mean);
    json.Text("best", spread.best);
    json.Number("best_mean", spread.best_mean);
    json.Number("spread", spread.spread);
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("sign_reversals");
  for (const SignReversal& reversal : status.reversals) {
    json.BeginObject();
    json.Text("segment", reversal.segment);
    json.Text("metric", reversal.metric);
    json.Number("here", reversal.here);
    json.Number("overall", reversal.overall);
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("demographic_parity");
  for (const ParityDifference& parity : status.parity) {
    json.BeginObject();
    json.Text("rule", parity.rule);
    json.Text("higher", parity.higher);
    json.Text("lower", parity.lower);
    json.Number("candidate", parity.candidate);
    json.Number("interval_low", parity.interval_low);
    json.Number("interval_high", parity.interval_high);
    json.Number("incumbent", parity.incumbent);
    json.Count("pairs", parity.pairs);
    json.EndObject();
  }
  json.EndArray();
}

void WriteNoiseAndValues(JsonWriter& json, const CandidateView& status) {
  json.BeginArray("noise");
  for (const NoiseView& noise : status.noise) {
    json.BeginObject();
    json.Text("comparator", noise.comparator);
    json.Count("control_pairs", noise.control_pairs);
    json.Number("incumbent", noise.incumbent);
    json.Number("excess", noise.excess);
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("values");
  for (const ValueView& value : status.values) {
    json.BeginObject();
    json.Text("name", value.name);
    json.Count("pairs", value.pairs);
    json.Count("missing", value.missing);
    json.Number("incumbent", value.incumbent);
    json.Number("candidate", value.candidate);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void WriteEvidence(JsonWriter& json, const CandidateView& status) {
  if (status.basis.ledger == nullptr || status.basis.plan == nullptr) {
    json.Null("evidence");
    return;
  }
  v1::StoredPlan plan;
  StorePlan(*status.basis.plan, plan);
  json.BeginObject("evidence");
  json.Text("ledger", absl::Base64Escape(*status.basis.ledger));
  json.Text("plan", absl::Base64Escape(plan.SerializeAsString()));
  json.Count("stage", status.basis.stage);
  json.Number("pairs_per_second", status.basis.pairs_per_second);
  json.Number("mirror_rate", status.basis.mirror_rate);
  // As text: readers of JSON may keep numbers as doubles.
  json.Text("evaluated_at_ns",
            std::to_string(status.verdict.evaluated_at.time_since_epoch().count()));
  json.BeginArray("late_changes");
  for (const LateChange& change : status.basis.late) {
    json.BeginObject();
    json.Text("check", change.check);
    json.Number("log_statistic", change.log_statistic);
    json.Count("samples", change.samples);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

void WriteSlices(JsonWriter& json, const CandidateView& status, WallTime generated_at) {
  WriteRules(json, status, generated_at);
  json.BeginArray("segments");
  for (const SegmentStanding& segment : status.segments) {
    json.BeginObject();
    json.Text("segment", segment.segment);
    json.Text("comparator", segment.comparator);
    json.Count("samples", segment.samples);
    json.Number("mean", segment.mean);
    json.EndObject();
  }
  json.EndArray();
  WriteSegmentSummaries(json, status);
  WriteNoiseAndValues(json, status);
}

}  // namespace understudy
