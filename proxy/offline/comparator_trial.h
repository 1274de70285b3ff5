// Any comparator, or a whole preset, asked about one pair of answers without a server.
//
// Threads: any. Ownership: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/measures.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

// What to ask: `use`, or without it the comparators of `preset`. A preset beside `use` brings what
// it ignores and how it puts streams together.
struct TrialRules {
  std::string use;
  std::string options_json;  // of `use`; an object, or empty
  std::string preset;
  std::string profile;
  std::vector<std::string> libraries;  // as in registry_with.h
  // Files that say what the messages of gRPC methods look like, beside those that come with the
  // product.
  std::vector<std::string> descriptor_sets;
};

struct TrialPair {
  std::string request;
  int baseline_status = 200;
  std::string baseline;
  int candidate_status = 200;
  std::string candidate;
  std::string content_type;  // empty: guessed, which tells streams from other bodies
  std::string grpc_method;   // as in StoredPair
  std::optional<AnswerMeasures> baseline_measures, candidate_measures;  // of a record
};

// The bodies and statuses of a record. FAILED_PRECONDITION says why it has none.
absl::StatusOr<TrialPair> TrialPairOf(const DivergenceRecord& record);

struct TrialScore {
  RecordedScore score;  // when not compared: `uncomparable`, and a sentence in `reason`
  bool applies = true;  // false: it is not for pairs of this sort
};
struct IgnoredPlace {
  std::string path;  // the rule
  std::uint32_t leaves = 0;
};
struct TrialResult {
  std::vector<TrialScore> scores;     // in the order of the comparators
  std::vector<IgnoredPlace> ignored;  // rules that hit
};

// INVALID_ARGUMENT says everything that is wrong with the rules.
absl::StatusOr<TrialResult> TryComparators(const TrialRules& rules, const TrialPair& pair);

// One object; keys are only ever added to.
std::string TrialJson(const TrialResult& result);

}  // namespace understudy
