// The keys of the JSON document.
#include "proxy/offline/simulation_json.h"

#include "proxy/control/report_json_writer.h"

namespace understudy {
namespace {

void WriteNumber(JsonWriter& json, const std::string& key, const std::optional<Spread>& spread,
                 double Spread::*number) {
  spread ? json.Number(key, (*spread).*number) : json.Null(key);
}

// "p10_pairs_to_rollback", ...
void WriteSpread(JsonWriter& json, const std::string& what, const std::optional<Spread>& spread) {
  WriteNumber(json, "p10_" + what, spread, &Spread::p10);
  WriteNumber(json, "median_" + what, spread, &Spread::median);
  WriteNumber(json, "p90_" + what, spread, &Spread::p90);
}

void WriteSpec(JsonWriter& json, const SimulationSpec& spec) {
  const RolloutSpec& rollout = spec.rollout;
  json.Text("plan", rollout.plan.name);
  json.Text("plan_hash", rollout.plan.hash);
  json.Number("true_rate", rollout.traffic.true_rate);
  json.Number("noise", rollout.traffic.noise);
  json.Number("error_rate", rollout.traffic.error_rate);
  json.Number("control_rate", rollout.traffic.control_rate);
  json.Number("pairs_per_second", rollout.traffic.pairs_per_second);
  json.Number("max_time_seconds", Seconds(rollout.max_time));
  json.Count("seed", rollout.seed);
}

void WriteCounts(JsonWriter& json, const SimulationResult& result) {
  json.Count("runs", result.runs);
  json.Count("promoted", result.promoted.count);
  json.Count("rolled_back", result.rolled_back.count);
  json.Count("held", result.held.count);
  json.Count("undecided", result.undecided.count);
  json.Number("share_promoted", result.promoted.share);
  json.Number("share_rolled_back", result.rolled_back.share);
  json.Number("share_held", result.held.share);
  json.Number("share_undecided", result.undecided.share);
}

void WriteLists(JsonWriter& json, const SimulationResult& result) {
  json.BeginArray("ended_at");
  for (const EndingPlace& place : result.places) {
    json.BeginObject();
    json.Text("phase", ToString(place.phase));
    json.Count("weight_ppm", place.weight_ppm);
    json.Count("rolled_back", place.rolled_back);
    json.Count("held", place.held);
    json.Count("undecided", place.undecided);
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("carried_by");
  for (const EndingCause& cause : result.causes) {
    json.BeginObject();
    json.Text("check", cause.check);
    json.Count("runs", cause.count);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string SimulationJson(const SimulationSpec& spec, const SimulationResult& result) {
  JsonWriter json;
  json.BeginObject();
  WriteSpec(json, spec);
  WriteCounts(json, result);
  WriteSpread(json, "pairs_to_promotion", result.promoted.pairs);
  WriteSpread(json, "seconds_to_promotion", result.promoted.seconds);
  WriteSpread(json, "pairs_to_rollback", result.rolled_back.pairs);
  WriteSpread(json, "seconds_to_rollback", result.rolled_back.seconds);
  WriteSpread(json, "pairs_to_hold", result.held.pairs);
  WriteSpread(json, "seconds_to_hold", result.held.seconds);
  WriteSpread(json, "served_before_rollback", result.served_before_rollback);
  json.Count("most_served_before_rollback", result.most_served_before_rollback);
  json.Count("approvals", result.approvals);
  WriteLists(json, result);
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
