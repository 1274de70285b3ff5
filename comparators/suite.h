// A configured set of comparators behind the PairScorer interface: decodes each answer once, marks
// what rules cover, asks every comparator and keeps what goes wrong inside the one it goes wrong
// in.
//
// Threads: immutable once built; Score() runs on many threads at once.
// Invariant: as many scores as names; each is a divergence in [0,1] or a reason of scorer.h.
//
// A fault of an answer is put where it belongs: what is wrong with the incumbent's body leaves the
// pair uncomparable; a candidate's body that is broken where the incumbent's is sound is wholly
// different. Answers of the same status, content-encoding and bytes are the same without decoding.
//
// A streamed answer (by its content-type, where there is a rule for streams) is put together first,
// so that comparators see the answer it would have been without streaming. One that says it failed,
// or breaks off, is a fault like a broken body.
//
// The messages of a gRPC call become documents by their descriptors. Where none is known, or it
// does not fit what came, the pair is uncomparable whichever answer that is, and also when both are
// the same bytes: nobody knows what they say.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/builtin.h"
#include "comparators/decode.h"
#include "comparators/document.h"
#include "comparators/path_pattern.h"
#include "comparators/preset.h"
#include "comparators/registry.h"
#include "comparators/scorer.h"

namespace understudy {

// InvalidArgument, with all faults found in one message separated by "; ": unknown presets,
// comparators and options, names given twice, paths that are none or cover the whole document.
absl::StatusOr<std::unique_ptr<PairScorer>> BuildSuite(
    const SuiteSpec& spec, const ComparatorRegistry& registry = BuiltinRegistry());

// One thing that is wrong with a spec.
struct SuiteFault {
  // The field of the spec, as a configuration would name it: "preset", "ignore[0].path",
  // "comparators[1].options.rtol"; empty: the spec as a whole.
  std::string where;
  std::string message;
  bool unknown_option = false;  // `where` names an option that there is not
};

// Every fault that keeps a suite from being built of `spec`; none: BuildSuite gives one.
std::vector<SuiteFault> FindSuiteFaults(const SuiteSpec& spec,
                                        const ComparatorRegistry& registry = BuiltinRegistry());

// What a suite is made of once names are resolved.
struct SuiteParts {
  struct Member {
    std::string name;
    BuiltComparator built;
    enum class When { kAlways, kGreedy, kSampled, kJson, kOther };
    When when = When::kAlways;
    bool optional = false;
  };
  std::vector<Member> members;
  std::vector<PathPattern> ignore;
  std::vector<PathPattern> unscored;
  std::vector<std::string> fields;  // JSON pointers
  bool measures = false;            // of every pair
  std::optional<StreamRule> stream;
  std::shared_ptr<const GrpcMethods> methods;  // null: those that come with the product
  std::vector<RequestCondition> greedy;
  std::uint64_t fingerprint = 0;
  DecodeLimits decode_limits;
  DocumentLimits document_limits;
};

// A suite of any comparators, not only built-in ones.
std::unique_ptr<PairScorer> MakeSuite(SuiteParts parts);

}  // namespace understudy
