// The keys of a rescoring's JSON document.
#include "proxy/control/report_json_writer.h"
#include "proxy/offline/rescore.h"

namespace understudy {
namespace {

void WriteMean(JsonWriter& json, std::string_view key, const std::optional<double>& mean) {
  mean ? json.Number(key, *mean) : json.Null(key);
}

void WriteExamples(JsonWriter& json, std::string_view key,
                   const std::vector<RescoredExample>& examples) {
  json.BeginArray(key);
  for (const RescoredExample& example : examples) {
    json.BeginObject();
    json.Text("id", example.id);
    json.Number("before", example.before);
    json.Number("after", example.after);
    json.Text("reason", example.reason);
    json.EndObject();
  }
  json.EndArray();
}

void WriteComparator(JsonWriter& json, const RescoredComparator& comparator) {
  json.BeginObject();
  json.Text("comparator", comparator.name);
  json.Count("pairs", comparator.pairs);
  json.Count("uncomparable", comparator.uncomparable);
  json.Count("not_applicable", comparator.not_applicable);
  json.Count("before_pairs", comparator.before_pairs);
  WriteMean(json, "mean_before", comparator.mean_before);
  WriteMean(json, "mean_after", comparator.mean_after);
  json.Count("became_same", comparator.became_same);
  json.Count("became_different", comparator.became_different);
  WriteExamples(json, "examples_same", comparator.examples_same);
  WriteExamples(json, "examples_different", comparator.examples_different);
  json.EndObject();
}

void WriteCheck(JsonWriter& json, const RescoredCheck& check) {
  const EvidenceAnswer& answer = check.answer;
  json.BeginObject();
  json.Text("comparator", check.comparator);
  json.Number("at_most", answer.limit);
  WriteEstimate(json, answer);
  json.Number("log_e_rollback", answer.log_e_rollback);
  json.Number("log_e_promotion", answer.log_e_promotion);
  json.EndObject();
}

}  // namespace

std::string RescoringJson(const Rescoring& rescoring) {
  JsonWriter json;
  json.BeginObject();
  json.Count("records", rescoring.records);
  json.Count("rescored", rescoring.rescored);
  json.Count("were_same", rescoring.were_same);
  json.Count("redacted", rescoring.redacted);
  json.BeginObject("not_rescored");
  json.Count("not_kept", rescoring.not_kept);
  json.Count("cut", rescoring.cut);
  json.Count("withheld", rescoring.withheld);
  json.Count("no_answer", rescoring.no_answer);
  json.EndObject();
  json.Text("note", SampleNote(rescoring));
  json.BeginArray("comparators");
  for (const RescoredComparator& one : rescoring.comparators) WriteComparator(json, one);
  json.EndArray();
  json.BeginArray("checks");
  for (const RescoredCheck& check : rescoring.checks) WriteCheck(json, check);
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
