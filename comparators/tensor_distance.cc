// Measuring two tensors.
#include "comparators/tensor_distance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "comparators/difference.h"
#include "comparators/float_blocks.h"
#include "comparators/tensor_element.h"

namespace understudy {
namespace {

using Block = std::array<double, FloatBlocks::kSize>;

// What is summed up over elements that are finite on both sides, in lanes that a processor can take
// at once.
class Errors {
 public:
  void Add(double reference, double value) { AddLane(reference, value, 0); }

  void AddBlock(const Block& reference, const Block& value) {
    for (std::size_t i = 0; i < reference.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        AddLane(reference[i + lane], value[i + lane], lane);
      }
    }
  }

  void Take(TensorDistance& out) const {
    out.max_abs = *std::max_element(max_abs_.begin(), max_abs_.end());
    out.max_rel = *std::max_element(max_rel_.begin(), max_rel_.end());
    out.cosine = Cosine(Sum(dot_), Sum(left_), Sum(right_));
  }

 private:
  static constexpr std::size_t kLanes = 4;
  using Lanes = std::array<double, kLanes>;

  void AddLane(double reference, double value, std::size_t lane) {
    const double gap = std::fabs(value - reference);
    // An infinity keeps an element at 0 out of the relative error.
    const double scale =
        reference == 0 ? std::numeric_limits<double>::infinity() : std::fabs(reference);
    const double share = gap / scale;
    max_abs_[lane] = gap > max_abs_[lane] ? gap : max_abs_[lane];
    max_rel_[lane] = share > max_rel_[lane] ? share : max_rel_[lane];
    dot_[lane] += reference * value;
    left_[lane] += reference * reference;
    right_[lane] += value * value;
  }

  static double Sum(const Lanes& lanes) { return std::accumulate(lanes.begin(), lanes.end(), 0.0); }

  static double Cosine(double dot, double left, double right) {
    if (left == 0 && right == 0) return 1;
    if (left == 0 || right == 0) return 0;
    return std::clamp(dot / (std::sqrt(left) * std::sqrt(right)), -1.0, 1.0);
  }

  Lanes max_abs_{}, max_rel_{}, dot_{}, left_{}, right_{};
};

// Elements of a block by what they are, counted without branches.
struct BlockCounts {
  std::int64_t outside = 0;
  std::int64_t special = 0;  // with no finite gap: NaN, an infinity, or numbers very far apart
};

BlockCounts Count(const Block& reference, const Block& value, const Tolerance& tolerance) {
  BlockCounts counts;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double gap = std::fabs(value[i] - reference[i]);
    const double most = tolerance.atol + tolerance.rtol * std::fabs(reference[i]);
    counts.outside += gap <= most ? 0 : 1;
    counts.special += gap <= std::numeric_limits<double>::max() ? 0 : 1;
  }
  return counts;
}

class FloatMeasure {
 public:
  FloatMeasure(const TensorPair& pair, const Tolerance& tolerance, Comparison& out)
      : pair_(pair),
        tolerance_(tolerance),
        out_(out),
        left_(pair.baseline),
        right_(pair.candidate) {}

  TensorDistance Run() {
    std::uint64_t first = 0;
    while (const std::size_t count = left_.Next()) {
      right_.Next();
      if (!left_.any_ignored() && !right_.any_ignored()) {
        AddBlock(count, first);
      } else {
        for (std::size_t i = 0; i < count; ++i) {
          if (!Ignored(left_, i) && !Ignored(right_, i)) AddOne(i, first + i);
        }
      }
      first += count;
    }
    errors_.Take(distance_);
    return distance_;
  }

 private:
  static bool Ignored(const FloatBlocks& blocks, std::size_t i) {
    return blocks.any_ignored() && blocks.ignored(i);
  }

  void AddBlock(std::size_t count, std::uint64_t first) {
    const BlockCounts counts = Count(left_.values(), right_.values(), tolerance_);
    const bool note = counts.outside > 0 && out_.differences.size() < kMaxDifferences;
    if (counts.special > 0 || note) {
      for (std::size_t i = 0; i < count; ++i) AddOne(i, first + i);
      return;
    }
    // What the last block leaves unused is 0 on both sides and adds nothing.
    distance_.elements += count;
    distance_.outside += static_cast<std::uint64_t>(counts.outside);
    errors_.AddBlock(left_.values(), right_.values());
  }

  void AddOne(std::size_t i, std::uint64_t element) {
    const double reference = left_.values()[i];
    const double value = right_.values()[i];
    ++distance_.elements;
    if (std::isfinite(value) && std::isfinite(reference)) errors_.Add(reference, value);
    if (IsClose(value, reference, tolerance_)) return;
    ++distance_.outside;
    if (out_.differences.size() >= kMaxDifferences) return;
    AddDifference(out_, ElementPath(pair_.baseline, element), "value", left_.Shown(i),
                  right_.Shown(i));
  }

  const TensorPair& pair_;
  const Tolerance& tolerance_;
  Comparison& out_;
  FloatBlocks left_;
  FloatBlocks right_;
  TensorDistance distance_;
  Errors errors_;
};

TensorDistance MeasureExact(const TensorPair& pair, Comparison& out) {
  TensorDistance distance;
  ElementCursor baseline(pair.baseline);
  ElementCursor candidate(pair.candidate);
  for (std::uint64_t i = 0; i < pair.baseline.elements; ++i) {
    const Element b = baseline.Next();
    const Element c = candidate.Next();
    if (baseline.ignored() || candidate.ignored()) continue;
    ++distance.elements;
    if (SameElement(b, c, pair.baseline.type)) continue;
    ++distance.outside;
    if (out.differences.size() >= kMaxDifferences) continue;
    AddDifference(out, ElementPath(pair.baseline, i), "value", ShownElement(b, pair.baseline),
                  ShownElement(c, pair.candidate));
  }
  return distance;
}

// Whether both have the same bytes of one datatype, and no rule leaves any out.
bool SameBytes(const TensorPair& pair) {
  return pair.baseline.binary && pair.candidate.binary && pair.baseline.cover == nullptr &&
         pair.candidate.cover == nullptr && pair.baseline.bytes == pair.candidate.bytes;
}

}  // namespace

TensorDistance Measure(const TensorPair& pair, const Tolerance& tolerance, Comparison& out) {
  const bool floats = pair.baseline.type == TensorType::kFloat;
  if ((!floats || tolerance.equal_nan) && SameBytes(pair)) return {pair.baseline.elements};
  return floats ? FloatMeasure(pair, tolerance, out).Run() : MeasureExact(pair, out);
}

}  // namespace understudy
