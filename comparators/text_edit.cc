// Levenshtein distance: what is common goes, a band is guessed and widened, stripes are computed.
#include "comparators/text_edit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/edit_stripe.h"

namespace understudy {
namespace {

// The first guess at the edits that are needed beside those the lengths demand, and what a wrong
// guess is multiplied by: a stripe is so high that a narrower band would save nothing.
constexpr std::size_t kFirstEdits = 256;
constexpr std::size_t kWiden = 8;

void TrimCommon(std::u32string_view& a, std::u32string_view& b) {
  const std::size_t start = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  a.remove_prefix(start);
  b.remove_prefix(start);
  const std::size_t end =
      std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin();
  a.remove_suffix(end);
  b.remove_suffix(end);
}

// Numbers the code points of one text.
class Symbols {
 public:
  static constexpr std::uint32_t kOther = 1;  // 0 is kept for the columns of lag

  explicit Symbols(std::u32string_view text) {
    low_.fill(kOther);
    for (const char32_t c : text) {
      if (c < low_.size()) {
        if (low_[c] == kOther) low_[c] = next_++;
      } else if (high_.try_emplace(c, next_).second) {
        ++next_;
      }
    }
  }

  std::uint32_t size() const { return next_; }
  std::uint32_t Of(char32_t c) const {
    if (c < low_.size()) return low_[c];
    const auto found = high_.find(c);
    return found == high_.end() ? kOther : found->second;
  }

 private:
  std::array<std::uint32_t, 256> low_;
  absl::flat_hash_map<char32_t, std::uint32_t> high_;
  std::uint32_t next_ = kOther + 1;
};

// The matrix of a shorter text (rows) and a longer one (columns). The rows are filled up at the top
// to whole stripes with rows like row 0.
class EditMatrix {
 public:
  EditMatrix(std::u32string_view shorter, std::u32string_view longer)
      : row_count_(shorter.size()),
        column_count_(longer.size()),
        filling_((kStripeRows - shorter.size() % kStripeRows) % kStripeRows) {
    const Symbols symbols(shorter);
    matches_.resize(symbols.size());
    for (const char32_t c : shorter) row_symbols_.push_back(symbols.Of(c));
    places_.resize(column_count_ + 2 * kStripeLag);
    for (std::size_t i = 0; i < column_count_; ++i) {
      places_[kStripeLag + i] = symbols.Of(longer[i]) * kStripeBlocks;
    }
  }

  // The distance when it is at most `edits`, otherwise more than that; empty beyond the budget.
  // `edits` is at least the difference of the lengths.
  std::optional<std::uint64_t> Within(std::size_t edits, WorkBudget& budget) {
    // A path of so many edits strays no further from the diagonals it must visit.
    const std::size_t extra = column_count_ - row_count_;
    const std::size_t stray = (edits - extra) / 2;
    plus_.assign(places_.size(), 1);  // row 0, and more than the truth outside the band
    minus_.assign(places_.size(), 0);
    std::uint64_t value = 0;  // left of the stripe's first column, in its last row
    std::size_t done = 0;     // columns left of the stripe
    for (std::size_t top = 0; top < filling_ + row_count_; top += kStripeRows) {
      const std::size_t above = top - std::min(top, filling_);  // rows of the text above the stripe
      const std::size_t below = top + kStripeRows - filling_;
      const std::size_t first = above - std::min(above, stray);
      const std::size_t last = std::min(column_count_, below + extra + stray);
      if (!budget.Spend((last - first) * kStripeBlocks)) return std::nullopt;
      value += Sum(done, first) + (below - above);
      done = first;
      RunStripe(top, first, last);
    }
    return value + Sum(done, column_count_);
  }

 private:
  // Differences along the last row computed, of columns first to last.
  std::uint64_t Sum(std::size_t first, std::size_t last) const {
    std::uint64_t sum = 0;
    for (std::size_t i = first; i < last; ++i) {
      sum += plus_[kStripeLag + i];
      sum -= minus_[kStripeLag + i];
    }
    return sum;
  }

  void RunStripe(std::size_t top, std::size_t first, std::size_t last) {
    StripeBits start{};
    const auto mark = [&](bool set) {
      for (std::size_t row = std::max(top, filling_); row < top + kStripeRows; ++row) {
        const std::uint64_t bit = std::uint64_t{1} << (row % 64);
        const std::size_t block = (row - top) / 64;
        std::uint64_t& word = matches_[row_symbols_[row - filling_]][block];
        word = set ? word | bit : word & ~bit;
        start[block] |= bit;
      }
    };
    mark(true);
    for (std::size_t i = 0; i < kStripeBlocks; ++i) matches_[0][i] = ~start[i];
    // The columns of lag before the first are part of the text when the band starts later.
    std::array<std::uint32_t, kStripeLag> kept;
    std::uint32_t* const lag = places_.data() + first;
    std::copy_n(lag, kStripeLag, kept.begin());
    std::fill_n(lag, kStripeLag, 0);
    const std::size_t offset = kStripeLag + first;
    RunEditStripe(matches_.data(), places_.data() + offset, last - first, start,
                  {plus_.data() + offset, minus_.data() + offset});
    std::copy_n(kept.begin(), kStripeLag, lag);
    mark(false);
  }

  std::size_t row_count_;
  std::size_t column_count_;
  std::size_t filling_;
  std::vector<StripeBits> matches_;  // of the stripe at work, by symbol
  std::vector<std::uint32_t> row_symbols_;
  // In columns, with columns of lag on both sides.
  std::vector<std::uint32_t> places_;  // where a symbol's bits are in matches_, in words
  std::vector<std::uint64_t> plus_;
  std::vector<std::uint64_t> minus_;
};

// Edits that do: replace what differs at the same place, insert the rest.
std::size_t EditsInPlace(std::u32string_view shorter, std::u32string_view longer) {
  std::size_t edits = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) edits += shorter[i] != longer[i] ? 1 : 0;
  return edits;
}

}  // namespace

std::optional<std::uint64_t> EditDistance(std::u32string_view a, std::u32string_view b,
                                          WorkBudget& budget) {
  TrimCommon(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return b.size();
  const std::size_t in_place = EditsInPlace(a, b);
  std::size_t enough = in_place;  // edits that do, if not the fewest
  EditMatrix matrix(a, b);
  std::size_t edits = b.size() - a.size() + kFirstEdits;
  while (true) {
    if (edits * 2 >= in_place || edits >= enough) edits = enough;
    const std::optional<std::uint64_t> distance = matrix.Within(edits, budget);
    if (!distance || *distance <= edits) return distance;
    enough = std::min<std::size_t>(enough, *distance);  // by a path inside the band
    edits *= kWiden;
  }
}

}  // namespace understudy
