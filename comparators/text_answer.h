// The `text` comparator: how far apart two texts are, by the measures of the field, and whether one
// of them is empty, refuses, was cut, or should have been JSON.
//
// The divergence is, by option, whether the normalised texts differ at all, one minus a similarity
// (edits, words or n-grams in common), the largest of several, or nothing but the flags. Of several
// places the worst pair decides.
//
// Threads: immutable, safe on any thread.
// Bounds: a text of 1 MiB, 4 MiB of texts in a pair, and 2^33 cells of edit distance and word
// matrices (all of two texts of 64 Ki code points; far longer ones that are alike).
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/text_options.h"
#include "comparators/text_pair.h"
#include "comparators/work_budget.h"

namespace understudy {

class TextComparator final : public Comparator {
 public:
  explicit TextComparator(TextOptions options) : options_(std::move(options)) {}
  static std::span<const OptionDoc> Options() { return TextOptionDocs(); }
  static absl::StatusOr<std::unique_ptr<TextComparator>> Build(std::string_view options_json);

  // Errors as AlignTexts(); ResourceExhausted beyond the bounds.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  void CompareEnds(const Pair& pair, Comparison& out) const;
  absl::Status CompareTexts(const TextPair& texts, WorkBudget& budget, Comparison& out) const;
  std::string FlagThatDiffers(const TextPair& texts) const;

  TextOptions options_;
};

}  // namespace understudy
