// A suite of one trial.
#include "proxy/offline/comparator_trial.h"

#include "comparators/grpc/descriptor_sets.h"
#include "comparators/suite.h"
#include "proxy/base/status.h"
#include "proxy/control/config_expand.h"
#include "proxy/control/report_json_writer.h"
#include "proxy/offline/registry_with.h"
#include "proxy/offline/stored_pair.h"

namespace understudy {
namespace {

constexpr std::size_t kMostSetBytes = 16u << 20;

SuiteSpec SpecOf(const TrialRules& rules) {
  SuiteSpec spec;
  spec.preset = rules.preset;
  spec.profile = rules.profile;
  if (!rules.use.empty()) {
    spec.comparators.push_back({rules.use, rules.use, rules.options_json, "", false});
  }
  return spec;
}

// Null where there are no sets: what comes with the product is known anyhow.
absl::StatusOr<std::shared_ptr<const GrpcMethods>> MethodsWith(
    const std::vector<std::string>& paths) {
  if (paths.empty()) return std::shared_ptr<const GrpcMethods>();
  std::vector<DescriptorSetFile> files;
  for (const std::string& path : paths) {
    absl::StatusOr<std::string> bytes = ProcessEnvironment().File(path, kMostSetBytes);
    if (!bytes.ok()) {
      return InvalidArgument("the descriptor set " + path +
                             " cannot be read: " + Message(bytes.status()));
    }
    files.push_back({path, *std::move(bytes)});
  }
  std::vector<DescriptorSetFault> faults;
  const auto sets = DescriptorSets::Build(files, faults);
  if (!faults.empty()) return InvalidArgument(faults.front().message);
  return std::shared_ptr<const GrpcMethods>(std::make_shared<MethodChain>(
      std::vector<std::shared_ptr<const GrpcMethods>>{sets, SharedBundledMethods()}));
}

TrialScore ScoreOf(const std::string& name, const ComparatorScore& score) {
  TrialScore result;
  result.applies = score.applies;
  result.score.comparator = name;
  result.score.compared = score.compared;
  result.score.divergence = score.compared ? score.comparison.divergence : 0;
  result.score.reason = score.compared ? score.comparison.reason : score.detail;
  result.score.uncomparable = score.uncomparable;
  for (const Difference& difference : score.comparison.differences) {
    result.score.differences.push_back(
        {difference.path, difference.kind, difference.baseline, difference.candidate});
  }
  return result;
}

void WriteScore(JsonWriter& json, const TrialScore& trial) {
  const RecordedScore& score = trial.score;
  json.BeginObject();
  json.Text("comparator", score.comparator);
  json.Boolean("applies", trial.applies);
  json.Boolean("compared", score.compared);
  score.compared ? json.Number("divergence", score.divergence) : json.Null("divergence");
  json.Text("reason", score.reason);
  json.Text("uncomparable", score.uncomparable);
  json.BeginArray("differences");
  for (const RecordedDifference& difference : score.differences) {
    json.BeginObject();
    json.Text("path", difference.path);
    json.Text("kind", difference.kind);
    json.Text("baseline", difference.baseline);
    json.Text("candidate", difference.candidate);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
}

}  // namespace

absl::StatusOr<TrialPair> TrialPairOf(const DivergenceRecord& record) {
  if (const PairGap gap = GapOf(record); gap != PairGap::kNone) {
    return FailedPrecondition("the pair " + record.id +
                              " cannot be compared again: " + std::string(Sentence(gap)));
  }
  const StoredPair pair = PairOf(record);
  return TrialPair{std::string(pair.request),
                   pair.baseline_status,
                   std::string(pair.baseline),
                   pair.candidate_status,
                   std::string(pair.candidate),
                   {},
                   {},
                   pair.baseline_measures,
                   pair.candidate_measures};
}

absl::StatusOr<TrialResult> TryComparators(const TrialRules& rules, const TrialPair& pair) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const ComparatorRegistry> registry,
                   RegistryWith(rules.libraries));
  SuiteSpec spec = SpecOf(rules);
  ASSIGN_OR_RETURN(spec.methods, MethodsWith(rules.descriptor_sets));
  ASSIGN_OR_RETURN(const std::unique_ptr<PairScorer> suite, BuildSuite(spec, *registry));
  const PairScore score =
      ScorePair(*suite, {pair.request, pair.baseline_status, pair.baseline, pair.candidate_status,
                         pair.candidate, pair.content_type, pair.grpc_method,
                         pair.baseline_measures, pair.candidate_measures});
  TrialResult result;
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    result.scores.push_back(ScoreOf(suite->ComparatorNames()[i], score.scores[i]));
  }
  for (std::size_t i = 0; i < score.ignore_hits.size(); ++i) {
    if (score.ignore_hits[i] == 0) continue;
    result.ignored.push_back({suite->IgnoreRules()[i], score.ignore_hits[i]});
  }
  return result;
}

std::string TrialJson(const TrialResult& result) {
  JsonWriter json;
  json.BeginObject();
  json.BeginArray("scores");
  for (const TrialScore& score : result.scores) WriteScore(json, score);
  json.EndArray();
  json.BeginArray("ignored");
  for (const IgnoredPlace& place : result.ignored) {
    json.BeginObject();
    json.Text("path", place.path);
    json.Count("leaves", place.leaves);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
