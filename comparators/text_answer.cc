// The `text` comparator.
#include "comparators/text_answer.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "comparators/text_edit.h"
#include "comparators/text_flags.h"
#include "comparators/text_lcs.h"
#include "comparators/text_overlap.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxTextBytes = 1u << 20;
constexpr std::size_t kMaxPairBytes = 4u << 20;
// Of 64 cells: what two texts of 64 Ki code points that have nothing in common need, with what is
// tried before.
constexpr std::uint64_t kMaxSteps = std::uint64_t{1} << 27;
constexpr std::size_t kRefusalBytes = 64 * 1024;  // where a refusal is looked for
constexpr std::size_t kShownPath = 96;

// Empty beyond the budget.
std::optional<double> Similarity(TextScore score, std::u32string_view a, std::u32string_view b,
                                 WorkBudget& budget) {
  const std::size_t longer = std::max(a.size(), b.size());
  switch (score) {
    case TextScore::kExact:
      return a == b ? 1 : 0;
    case TextScore::kEdit: {
      const std::optional<std::uint64_t> edits = EditDistance(a, b, budget);
      if (!edits) return std::nullopt;
      return longer == 0 ? 1 : 1 - static_cast<double>(*edits) / static_cast<double>(longer);
    }
    case TextScore::kTokenF1:
      return TokenF1(Words(a), Words(b));
    case TextScore::kChrf:
      return Chrf(a, b);
    case TextScore::kRougeL:
      return RougeL(Words(a), Words(b), budget);
    case TextScore::kLength:
      return longer == 0
                 ? 1
                 : static_cast<double>(std::min(a.size(), b.size())) / static_cast<double>(longer);
  }
  return std::nullopt;
}

// "": the candidate's length is within the band.
std::string LengthFault(std::size_t baseline, std::size_t candidate, const LengthBand& band) {
  if (baseline == 0 && candidate == 0) return {};
  const double ratio = static_cast<double>(candidate) / static_cast<double>(baseline);
  if (ratio >= band.low && ratio <= band.high) return {};
  return fmt::format("{} characters, the incumbent's {}: the ratio is outside {} to {}", candidate,
                     baseline, band.low, band.high);
}

std::string Where(const std::string& path) {
  return path.empty() ? "the text" : ShownText(path, kShownPath);
}

// Puts a finding in place of a lesser one.
void Raise(double divergence, std::string reason, Comparison& out) {
  if (divergence <= out.divergence) return;
  out.divergence = divergence;
  out.reason = std::move(reason);
}

std::string_view KindOf(const TextPair& texts) {
  if (!texts.candidate.present) return "missing";
  return texts.baseline.present ? "value" : "extra";
}

// Shows both from the first place where they part; says which it is.
std::size_t ShowParting(const TextPair& texts, std::u32string_view a, std::u32string_view b,
                        Comparison& out) {
  const std::size_t at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  AddDifference(out, texts.path, KindOf(texts), Utf8Of(a.substr(at), kMaxShownText + 4),
                Utf8Of(b.substr(at), kMaxShownText + 4));
  return at;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextComparator>> TextComparator::Build(
    std::string_view options_json) {
  absl::StatusOr<TextOptions> options = ReadTextOptions(options_json);
  if (!options.ok()) return options.status();
  return std::make_unique<TextComparator>(*std::move(options));
}

absl::StatusOr<Comparison> TextComparator::Compare(const Pair& pair) const {
  absl::StatusOr<AlignedTexts> texts = AlignTexts(pair, options_.paths);
  if (!texts.ok()) return texts.status();
  if (texts->decided) return *std::move(texts->decided);
  Comparison comparison;
  CompareEnds(pair, comparison);
  WorkBudget budget(kMaxSteps);
  std::size_t bytes = 0;
  for (const TextPair& one : texts->pairs) {
    if (one.baseline.view() == one.candidate.view()) continue;
    const std::size_t longer = std::max(one.baseline.view().size(), one.candidate.view().size());
    bytes += one.baseline.view().size() + one.candidate.view().size();
    if (longer > kMaxTextBytes || bytes > kMaxPairBytes) {
      return absl::ResourceExhaustedError(
          fmt::format("texts of more than {} bytes, or {} in all", kMaxTextBytes, kMaxPairBytes));
    }
    if (absl::Status status = CompareTexts(one, budget, comparison); !status.ok()) return status;
  }
  return comparison;
}

void TextComparator::CompareEnds(const Pair& pair, Comparison& out) const {
  if (!options_.flag_truncated) return;
  const auto truncated = [&](const Answer& answer) {
    return answer.document != nullptr && SaysTruncated(*answer.document, options_.finish_reason);
  };
  const bool baseline = truncated(pair.baseline);
  if (baseline == truncated(pair.candidate)) return;
  Raise(1,
        fmt::format("the {} answer ended at its limit of length, the {} did not",
                    baseline ? "incumbent's" : "candidate's",
                    baseline ? "candidate's" : "incumbent's"),
        out);
}

// What one of the two texts is and the other is not; "" when there is nothing.
std::string TextComparator::FlagThatDiffers(const TextPair& texts) const {
  const std::string_view a = texts.baseline.view();
  const std::string_view b = texts.candidate.view();
  const auto differs = [](bool baseline, bool candidate, std::string_view is) -> std::string {
    if (baseline == candidate) return {};
    return fmt::format("the {} text {}, the {} does not", candidate ? "candidate's" : "incumbent's",
                       is, candidate ? "incumbent's" : "candidate's");
  };
  std::string flag;
  if (options_.flag_empty) {
    const auto empty = [](std::string_view text) {
      return NormalText(text, {.fold_case = false, .collapse_space = true}).empty();
    };
    flag = differs(empty(a), empty(b), "says nothing");
  }
  if (flag.empty() && options_.flag_refusal) {
    const auto refuses = [&](std::string_view text) {
      return Refuses(RefusalText(text.substr(0, kRefusalBytes)), options_.refusal_phrases);
    };
    flag = differs(refuses(a), refuses(b), "refuses");
  }
  if (flag.empty() && options_.flag_invalid_json) {
    const bool sound = HoldsJson(a);
    if (sound || options_.expect_json) flag = differs(!sound, !HoldsJson(b), "lacks valid JSON");
  }
  return flag;
}

absl::Status TextComparator::CompareTexts(const TextPair& texts, WorkBudget& budget,
                                          Comparison& out) const {
  const std::u32string a = NormalText(texts.baseline.view(), options_.rules);
  const std::u32string b = NormalText(texts.candidate.view(), options_.rules);
  if (a == b) return absl::OkStatus();
  const std::size_t parting = ShowParting(texts, a, b, out);
  std::string fault = FlagThatDiffers(texts);
  if (fault.empty() && options_.length_ratio) {
    fault = LengthFault(a.size(), b.size(), *options_.length_ratio);
  }
  if (!fault.empty()) {
    Raise(1, fmt::format("{}: {}", Where(texts.path), fault), out);
    return absl::OkStatus();
  }
  double worst = 0;
  std::string numbers;
  for (const TextScore score : options_.scores) {
    const std::optional<double> similarity = Similarity(score, a, b, budget);
    if (!similarity) {
      return absl::ResourceExhaustedError(fmt::format(
          "the texts are too long for the score \"{}\"; token_f1, chrf and length are not bounded",
          NameOf(score)));
    }
    const double divergence = std::clamp(1 - *similarity, 0.0, 1.0);
    worst = std::max(worst, divergence);
    numbers += fmt::format("{} {:.4g}, ", NameOf(score), divergence);
  }
  Raise(worst,
        fmt::format("{}: {}they part after {} characters, of {} and the incumbent's {}",
                    Where(texts.path), numbers, parting, b.size(), a.size()),
        out);
  return absl::OkStatus();
}

}  // namespace understudy
