// Two JSON documents, or a part of each, walked side by side. Used by one thread, for one pair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "comparators/comparator.h"
#include "comparators/document.h"
#include "comparators/json_number.h"
#include "comparators/path_pattern.h"

namespace understudy {

// How the elements of an array are put side by side.
struct ArrayAlignment {
  enum class Kind { kList, kSet, kKeyed } kind = Kind::kList;
  std::string key;  // of kKeyed: a JSON pointer inside an element
};

struct ArrayRule {
  PathPattern path;
  ArrayAlignment alignment;
};

struct JsonRules {
  Tolerance tolerance;                 // of numbers of which one is a decimal
  bool exact_integers = true;          // two integers have no tolerance
  ArrayAlignment arrays;               // where no rule matches
  std::vector<ArrayRule> array_rules;  // the first match wins
};

class JsonDiff {
 public:
  // All of them outlive the walk.
  JsonDiff(const JsonRules& rules, const Document& baseline, const Document& candidate)
      : JsonDiff(rules, baseline.root(), candidate.root(), {}) {}
  // Of the documents the parts that stand there; `path` goes before what differences are called.
  // Array rules are about the whole documents.
  JsonDiff(const JsonRules& rules, JsonValue baseline, JsonValue candidate, std::string path);

  // Walks; ResourceExhausted when the work bound is reached.
  absl::Status Run();

  std::uint64_t leaves() const { return counts_.leaves; }        // scored, of either side
  std::uint64_t different() const { return counts_.different; }  // of them
  // Takes what differs into `out`, unscored places too, in the baseline's order.
  void Report(Comparison& out) { out.differences = std::move(found_.differences); }

 private:
  struct Counts {
    std::uint64_t leaves = 0;
    std::uint64_t different = 0;
  };
  using Elements = std::vector<JsonValue>;

  void Values(JsonValue a, JsonValue b, bool scored);
  void Scalars(JsonValue a, JsonValue b, bool scored);
  void Objects(JsonValue a, JsonValue b, bool scored);
  void Arrays(JsonValue a, JsonValue b, bool scored);
  void Lists(JsonValue a, JsonValue b, bool scored);
  void Sets(JsonValue a, JsonValue b, bool scored);
  void Keyed(JsonValue a, JsonValue b, const std::string& key, bool scored);
  void MatchByHash(Elements& left, Elements& right);
  void MatchNumbers(Elements& left, Elements& right);
  void MatchByValue(Elements& left, Elements& right);
  void OneSided(JsonValue value, bool baseline, bool scored);
  void Mismatch(std::string_view kind, JsonValue a, JsonValue b, std::uint64_t leaves, bool scored);

  bool Same(JsonValue a, JsonValue b);
  bool SameScalar(JsonValue a, JsonValue b) const;
  const ArrayAlignment& AlignmentOf(JsonValue array) const;
  std::uint64_t StructureHash(JsonValue value);
  bool Spend(std::uint64_t steps);  // false once the work bound is reached

  const JsonRules& rules_;
  const JsonValue baseline_;
  const JsonValue candidate_;
  absl::flat_hash_map<std::uint32_t, const ArrayAlignment*> alignments_;  // baseline arrays
  Counts counts_;
  Comparison found_;
  std::string path_;
  bool quiet_ = false;  // inside Same(): count, do not report
  std::uint64_t work_ = 0;
};

}  // namespace understudy
