// Counting what two texts share.
#include "comparators/text_overlap.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/text_normal.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxOrder = 6;
constexpr double kBeta = 2;

std::u32string WithoutSpace(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (const char32_t c : text) {
    if (!IsSpace(c)) out.push_back(c);
  }
  return out;
}

// How often each n-gram of the baseline occurs; an n-gram is known by the number of its first n-1
// characters and the last one, so that nothing is mistaken for something else.
class GramTable {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  explicit GramTable(std::size_t grams)
      : slots_(std::bit_ceil(2 * grams + 2)), shift_(64 - std::countr_zero(slots_.size())) {}

  void Clear() { std::fill(slots_.begin(), slots_.end(), Slot{}); }

  // Counts one; its number is the slot it has.
  std::uint32_t Add(std::uint32_t prefix, char32_t last) {
    Slot& slot = Find(Key(prefix, last));
    slot.key = Key(prefix, last);
    ++slot.count;
    return static_cast<std::uint32_t>(&slot - slots_.data());
  }
  // Takes one away while there is one; `matches` counts those. kNone when there never was one.
  std::uint32_t Take(std::uint32_t prefix, char32_t last, std::uint64_t& matches) {
    Slot& slot = Find(Key(prefix, last));
    if (slot.key == 0) return kNone;
    if (slot.count > 0) {
      --slot.count;
      ++matches;
    }
    return static_cast<std::uint32_t>(&slot - slots_.data());
  }

 private:
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    std::uint64_t count = 0;
  };

  static std::uint64_t Key(std::uint32_t prefix, char32_t last) {
    return (std::uint64_t{prefix} << 32 | last) + 1;
  }
  Slot& Find(std::uint64_t key) {
    // Fibonacci hashing; the table is at most half full.
    std::size_t i = key * 0x9E3779B97F4A7C15u >> shift_;
    while (slots_[i].key != 0 && slots_[i].key != key) i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }

  std::vector<Slot> slots_;
  int shift_;
};

struct GramCounts {
  std::uint64_t baseline = 0;
  std::uint64_t candidate = 0;
  std::uint64_t matches = 0;
};

std::array<GramCounts, kMaxOrder> CountGrams(std::u32string_view baseline,
                                             std::u32string_view candidate) {
  std::array<GramCounts, kMaxOrder> counts;
  // Of the n-gram that starts at each place, the number of its first n-1 characters.
  std::vector<std::uint32_t> ours(baseline.size(), 0);
  std::vector<std::uint32_t> theirs(candidate.size(), 0);
  GramTable table(baseline.size());
  for (std::size_t n = 1; n <= kMaxOrder; ++n) {
    GramCounts& count = counts[n - 1];
    if (baseline.size() >= n) count.baseline = baseline.size() - n + 1;
    if (candidate.size() >= n) count.candidate = candidate.size() - n + 1;
    table.Clear();
    for (std::size_t i = 0; i < count.baseline; ++i) {
      ours[i] = table.Add(ours[i], baseline[i + n - 1]);
    }
    for (std::size_t i = 0; i < count.candidate; ++i) {
      if (theirs[i] == GramTable::kNone) continue;
      theirs[i] = table.Take(theirs[i], candidate[i + n - 1], count.matches);
    }
  }
  return counts;
}

}  // namespace

double TokenF1(std::span<const std::u32string_view> baseline,
               std::span<const std::u32string_view> candidate) {
  if (baseline.empty() && candidate.empty()) return 1;
  absl::flat_hash_map<std::string_view, std::uint64_t> words;
  for (const std::u32string_view word : baseline) ++words[BytesOf(word)];
  std::uint64_t common = 0;
  for (const std::u32string_view word : candidate) {
    const auto found = words.find(BytesOf(word));
    if (found == words.end() || found->second == 0) continue;
    --found->second;
    ++common;
  }
  return 2 * static_cast<double>(common) / static_cast<double>(baseline.size() + candidate.size());
}

double Chrf(std::u32string_view baseline, std::u32string_view candidate) {
  const std::u32string ours = WithoutSpace(baseline);
  const std::u32string theirs = WithoutSpace(candidate);
  if (ours.empty() && theirs.empty()) return 1;
  double precision = 0;
  double recall = 0;
  double orders = 0;
  for (const GramCounts& count : CountGrams(ours, theirs)) {
    if (count.baseline == 0 || count.candidate == 0) continue;
    precision += static_cast<double>(count.matches) / static_cast<double>(count.candidate);
    recall += static_cast<double>(count.matches) / static_cast<double>(count.baseline);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  constexpr double kFactor = kBeta * kBeta;
  return std::min(1.0, (1 + kFactor) * precision * recall / (kFactor * precision + recall));
}

}  // namespace understudy
