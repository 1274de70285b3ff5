// Lists of items (search results, detected objects) of two answers found, scored and put together
// to one divergence. What `ranking` and `boxes` share.
//
// Threads: a ListSource is immutable once its option is read; ListScores belong to one thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"
#include "comparators/row_scores.h"
#include "comparators/value_pair.h"

namespace understudy {

class ListSource {
 public:
  // Looks at the first of `defaults` at which there is a list; wrong paths are left out.
  explicit ListSource(std::span<const std::string_view> defaults);

  // Reads the option `items`, which replaces the defaults.
  absl::Status Read(const OptionReader& options);

  // Calls `visit` for each place where the incumbent has anything or the candidate alone has a
  // list, until it returns an error, which is returned. Returns a comparison when it is decided
  // already. Errors as AlignValues().
  absl::StatusOr<std::optional<Comparison>> ForEach(
      const Pair& pair, const std::function<absl::Status(const ValuePair&)>& visit) const;

 private:
  std::vector<std::vector<PathPattern>> places_;
};

class ListScores {
 public:
  // A list whose score, in [0,1], is known.
  void Add(const std::string& path, double score);
  // A list of one answer alone, or one that the candidate has in another form: 1.
  void AddWhole(const ValuePair& place, std::string_view kind);
  // A list of the incumbent that cannot be compared.
  void PassOver(std::string_view why) { why_ = std::string(why); }
  // What `read(JsonValue)` makes of a place's two lists; nothing where there are not two that can
  // be compared, which then is scored or passed over. ResourceExhausted of `read` is returned.
  template <typename List, typename Read>
  absl::StatusOr<std::optional<std::pair<List, List>>> ReadBoth(const ValuePair& place, Read read);
  Comparison& comparison() { return comparison_; }  // takes the differences

  // Unimplemented when no list has a score. `measure` names what differs.
  absl::StatusOr<Comparison> Finish(Reduce reduce, std::string_view measure);

 private:
  RowScores scores_;
  std::string worst_;  // path of the worst list
  std::string why_;
  Comparison comparison_;
};

template <typename List, typename Read>
absl::StatusOr<std::optional<std::pair<List, List>>> ListScores::ReadBoth(const ValuePair& place,
                                                                          Read read) {
  if (!place.baseline) {
    AddWhole(place, "extra");
    return std::nullopt;
  }
  absl::StatusOr<List> baseline = read(*place.baseline);
  if (absl::IsResourceExhausted(baseline.status())) return baseline.status();
  if (!baseline.ok()) {
    PassOver(std::string(baseline.status().message()));
    return std::nullopt;
  }
  if (!place.candidate) {
    AddWhole(place, "missing");
    return std::nullopt;
  }
  absl::StatusOr<List> candidate = read(*place.candidate);
  if (absl::IsResourceExhausted(candidate.status())) return candidate.status();
  if (!candidate.ok()) {
    AddWhole(place, "type");
    return std::nullopt;
  }
  return std::pair(*std::move(baseline), *std::move(candidate));
}

}  // namespace understudy
