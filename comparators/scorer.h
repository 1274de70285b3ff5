// What the proxy hands to the comparators and gets back: a whole pair in, one score per configured
// comparator out. Built from a SuiteSpec by comparators/suite.h; the flow sees this header alone.
//
// Threads: a PairScorer is immutable once built; Score() runs on many threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "comparators/comparator.h"
#include "comparators/measures.h"

namespace understudy {

// An answer as it came from the wire: transfer coding removed, content-encoding still applied.
struct RawAnswer {
  int status = 0;
  std::span<const AnswerHeader> headers;
  std::string_view body;
  const AnswerTiming* timing = nullptr;  // null: not measured
  // What was measured of it before, of an answer out of a record; it goes before what is measured.
  const AnswerMeasures* measured = nullptr;
  std::span<const AnswerHeader> trailers = {};
};

class GrpcMethods;  // comparators/grpc/methods.h: what messages gRPC methods have

struct RawPair {
  // Transfer coding removed. Called when a comparator looks at the pair, as putting a large body
  // together costs a copy; may be empty.
  std::function<std::string_view()> request_body;
  RawAnswer baseline;
  RawAnswer candidate;
  // Why there is no candidate's answer; empty: there is one. Each comparator that would be asked is
  // at divergence 1 then.
  std::string_view no_candidate = {};
  // Of a gRPC call, which they name: "/package.Service/Method". Both may be empty.
  std::string_view request_path = {};
  std::span<const AnswerHeader> request_headers = {};
  // Of a gRPC call: whether PairScore::request_body is wanted.
  bool wants_request = false;
  // Of a gRPC call, asked once all comparators have spoken: whether PairScore::bodies and
  // request_body are wanted as texts, which have to be made. Empty: they are not.
  std::function<bool(bool diverged)> wants_texts = {};
};

// One configured comparator's word on a pair: either a comparison or why there is none.
struct ComparatorScore {
  bool compared = false;
  bool applies = true;    // false: it is not for requests of this sort, and was not asked
  Comparison comparison;  // meaningful when compared
  // Otherwise, where it applies, a reason of a fixed list: "compare_queue_full",
  // "comparator_error", "decode_error", "incumbent_failed", "not_json", "shutting_down",
  // "too_large", "unsupported".
  std::string uncomparable;
  std::string detail;  // a sentence for people, bounded to 256 bytes
};

// What stands at one place of an answer's JSON.
struct AnswerField {
  std::optional<double> number;     // of a number
  std::optional<std::string> text;  // of a string, a boolean or null; bounded to 256 bytes
};

struct PairScore {
  std::vector<ComparatorScore> scores;     // in the order of ComparatorNames()
  std::vector<std::uint32_t> ignore_hits;  // leaves ignored, in the order of IgnoreRules()
  // What the two answers have at SuiteSpec::fields, in that order.
  std::vector<std::pair<AnswerField, AnswerField>> fields;
  // The incumbent's and the candidate's; there with SuiteSpec::measures and for streamed answers.
  std::optional<std::pair<AnswerMeasures, AnswerMeasures>> measures;
  // The incumbent's and the candidate's body as comparators saw it, where that is not what came
  // from the wire: content-encoding removed, a stream put together. Of a gRPC call, where wanted,
  // its messages as JSON. Empty: as it came.
  std::pair<std::string, std::string> bodies;
  std::string request_body;  // likewise
};

// What is known of a scorer before it sees a pair.
struct ScorerTraits {
  // Whether two answers of the same head and body need not be scored: every comparator is at
  // divergence 0 then, and no field is read and nothing measured.
  bool same_bytes_are_equal = false;
  bool waits = false;  // whether Score() may wait for somebody outside this process, for seconds
  // The names of comparators that are not asked of every pair, or need not have anything to
  // compare.
  std::vector<std::string> partial;
};

class PairScorer {
 public:
  virtual ~PairScorer() = default;
  virtual PairScore Score(const RawPair& pair) const = 0;
  virtual const ScorerTraits& Traits() const = 0;
  virtual const std::vector<std::string>& ComparatorNames() const = 0;
  virtual const std::vector<std::string>& IgnoreRules() const = 0;  // paths, as configured
  // Names the rules themselves (names, uses, options, ignores); evidence starts anew when it moves.
  virtual std::uint64_t Fingerprint() const = 0;
};

// What to build a scorer from; the texts come from the configuration file.
struct IgnoreSpec {
  std::string path;  // JSON pointer; a segment "*" stands for any key or index, "**" for any depth
  std::string reason;  // free text shown in the report
};

struct ComparatorSpec {
  std::string name;          // unique in the suite; checks refer to it
  std::string use;           // a built-in comparator's name
  std::string options_json;  // an object, or empty
  // Asked only where the preset says that the request is "greedy" or "sampled", or where the
  // incumbent's answer is "json" or "other"; empty: always.
  std::string when;
  // Where there is nothing it can compare it does not apply, and the pair is compared without it.
  bool optional = false;
};

struct SuiteSpec {
  std::string preset;       // a preset's name, or empty
  std::string preset_json;  // a preset's text in place of a compiled-in one, or empty
  std::string profile;      // one of kProfiles in comparators/preset.h, or empty for the first
  std::vector<IgnoreSpec> ignore;
  std::vector<ComparatorSpec> comparators;  // empty: the preset's own
  std::vector<std::string> fields;          // JSON pointers that are read beside the comparison
  bool measures = false;                    // whether times and tokens of every pair are wanted
  // Which messages gRPC methods have; null: those that come with the product.
  std::shared_ptr<const GrpcMethods> methods;
};

}  // namespace understudy
