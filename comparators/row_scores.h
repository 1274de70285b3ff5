// Rows of numbers compared one by one and put together to one divergence: the worst row or the mean
// of all. What `topk`, `probabilities` and `vectors` share.
//
// Threads: values and pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/number_source.h"
#include "comparators/options.h"

namespace understudy {

enum class Reduce { kWorst, kMean };

inline constexpr OptionDoc kReduceOption{"reduce", "worst | mean", "worst",
                                         "the worst row, or the mean of all"};
absl::Status ReadReduce(const OptionReader& options, Reduce& reduce);

// Scores of rows, summed up as they come.
class RowScores {
 public:
  // `score` is in [0,1]. Returns whether it is the worst so far and not 0.
  bool Add(double score, std::uint64_t rows = 1);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t different() const { return different_; }
  double worst() const { return worst_; }
  double mean() const;
  double Reduced(Reduce reduce) const { return reduce == Reduce::kWorst ? worst_ : mean(); }

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t different_ = 0;
  double worst_ = 0;
  double sum_ = 0;
};

// Where the worst score is. Its path is put together when it is asked for, once, at the end.
class WorstPlace {
 public:
  void Set(const RowsPlace& place, std::uint32_t node) { at_ = {place, node}; }
  // For people, cut; empty when nothing was set.
  std::string Shown() const;

 private:
  std::optional<std::pair<RowsPlace, std::uint32_t>> at_;
};

struct RowMeasure {
  // The divergence of two rows in [0,1]; nothing when the incumbent's row cannot be compared.
  std::function<std::optional<double>(const NumberRow& baseline, const NumberRow& candidate)>
      distance;
  std::function<std::string(const NumberRow&)> show;  // a row for people
  std::string_view kind;                              // of the differences
  std::string_view measure;                           // "total variation"
  std::string_view nothing;                           // what to say when no row can be compared
};

// Rows that one answer alone has count 1. Errors as NumberSource::ForEach(); Unimplemented with
// `measure.nothing` when there are rows and none could be compared.
absl::StatusOr<Comparison> CompareRows(const Pair& pair, const NumberSource& source, Reduce reduce,
                                       const RowMeasure& measure);

// The first numbers of a row: "[0.1,0.7,…]" or "{cat:0.1,…}".
std::string ShowNumbers(const NumberRow& row);

}  // namespace understudy
