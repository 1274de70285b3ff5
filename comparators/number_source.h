// Where a comparator's numbers come from: Open Inference Protocol outputs (option `outputs`) or
// places of any JSON (option `paths`), put side by side for both answers.
//
// Threads: immutable once its options are read, safe on any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/number_rows.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"
#include "comparators/tensor_pair.h"
#include "comparators/value_pair.h"

namespace understudy {

// The numbers at one place. When `fault` is set, one answer has nothing that could be held against
// the other's and at least one side has no rows.
struct NumbersPair {
  RowsPlace place;  // of the incumbent unless the candidate alone has it
  NumberRows baseline;
  NumberRows candidate;
  std::string_view fault;  // "is missing in the candidate's answer"
};

class NumberSource {
 public:
  explicit NumberSource(NumberForms forms) : forms_(forms) {}

  // Reads `outputs` and `paths`. InvalidArgument as OptionReader::Fault(), also when both are
  // given.
  absl::Status Read(const OptionReader& options);
  // Where to look when neither option is given and the incumbent's answer has no list `outputs`: at
  // the first of these paths at which either answer has numbers. Paths that are wrong are left out.
  void SetDefaults(std::span<const std::string_view> paths);
  // Places are matched by the member `name` beside them instead of by where they stand, as long as
  // every place has one and none repeats; empty: by where they stand.
  void SetIndex(std::string_view name);
  // Whether numbers are looked for at paths alone.
  bool ReadsPaths() const { return !places_.empty() && !defaults_; }
  void SetForms(const NumberForms& forms) { forms_ = forms; }
  void SetShapes(OutputShapes shapes) { shapes_ = shapes; }

  // Calls `visit` for each place where the incumbent has numbers, and for those that the candidate
  // alone has; a place where the incumbent has anything else is passed over. Returns a comparison
  // when it is decided already. Errors as AlignOutputs() and AlignValues(), and Unimplemented when
  // there are no numbers at all, or when places are looked at and an answer has binary tensors,
  // which no path names.
  absl::StatusOr<std::optional<Comparison>> ForEach(
      const Pair& pair, const std::function<void(NumbersPair&)>& visit) const;

 private:
  using Visit = std::function<void(NumbersPair&)>;
  bool FromOutputs(const Pair& pair) const;
  absl::StatusOr<std::optional<Comparison>> ForEachOutput(const Pair& pair,
                                                          const Visit& visit) const;
  absl::StatusOr<std::optional<Comparison>> ForEachPlace(const Pair& pair,
                                                         const Visit& visit) const;

  // Paths that are looked at together, and where the members beside them stand.
  struct Places {
    std::vector<PathPattern> paths;
    std::vector<PathPattern> indices;
  };
  bool Readable(const ValuePair& place) const;
  void VisitPlace(const ValuePair& place, const Visit& visit) const;

  NumberForms forms_;
  OutputShapes shapes_ = OutputShapes::kSame;
  std::vector<std::string> outputs_;
  std::vector<Places> places_;  // the first that has numbers; none: outputs
  bool defaults_ = false;
};

}  // namespace understudy
