// The longest common subsequence, 64 words of one text at a time.
#include "comparators/text_lcs.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/text_normal.h"

namespace understudy {
namespace {

using WordSpan = std::span<const std::u32string_view>;

std::size_t TrimCommon(WordSpan& a, WordSpan& b) {
  std::size_t common = 0;
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a = a.subspan(1);
    b = b.subspan(1);
    ++common;
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a = a.first(a.size() - 1);
    b = b.first(b.size() - 1);
    ++common;
  }
  return common;
}

// Hyyrö, "Bit-Parallel LCS-length Computation Revisited" (2004): a row's bit goes from 1 to 0 where
// the length grows. Each block of 64 rows goes over all columns before the next one; what it adds
// to the block below is kept by column.
std::uint64_t LongestCommon(WordSpan rows, WordSpan columns) {
  absl::flat_hash_map<std::string_view, std::uint32_t> numbers;
  std::vector<std::uint32_t> row_symbols, column_symbols;
  for (const std::u32string_view word : rows) {
    const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
    row_symbols.push_back(numbers.try_emplace(BytesOf(word), next).first->second);
  }
  for (const std::u32string_view word : columns) {
    const auto found = numbers.find(BytesOf(word));
    column_symbols.push_back(found == numbers.end() ? 0 : found->second);
  }
  std::vector<std::uint64_t> matches(numbers.size() + 1);
  std::vector<std::uint8_t> carries(columns.size());
  std::uint64_t length = 0;
  for (std::size_t top = 0; top < rows.size(); top += 64) {
    const std::size_t end = std::min(top + 64, rows.size());
    for (std::size_t i = top; i < end; ++i) {
      matches[row_symbols[i]] |= std::uint64_t{1} << (i - top);
    }
    std::uint64_t bits = ~std::uint64_t{0};
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const std::uint64_t hit = bits & matches[column_symbols[j]];
      const std::uint64_t sum = bits + hit;
      const std::uint64_t with_carry = sum + carries[j];
      carries[j] = static_cast<std::uint8_t>((sum < bits) | (with_carry < sum));
      bits = with_carry | (bits - hit);
    }
    length += static_cast<std::uint64_t>(std::popcount(~bits));
    for (std::size_t i = top; i < end; ++i) matches[row_symbols[i]] = 0;
  }
  return length;
}

}  // namespace

std::optional<double> RougeL(WordSpan baseline, WordSpan candidate, WorkBudget& budget) {
  const auto words = static_cast<double>(baseline.size() + candidate.size());
  if (words == 0) return 1;
  const std::size_t common = TrimCommon(baseline, candidate);
  if (!budget.Spend((baseline.size() + 63) / 64 * candidate.size())) return std::nullopt;
  return 2 * static_cast<double>(common + LongestCommon(baseline, candidate)) / words;
}

}  // namespace understudy
