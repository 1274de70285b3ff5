// Measures of texts against the field's own implementations, and normal forms.
#include <utf8proc.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "comparators/edit_stripe.h"
#include "comparators/text_edit.h"
#include "comparators/text_lcs.h"
#include "comparators/text_normal.h"
#include "comparators/text_overlap.h"

namespace understudy {
namespace {

constexpr std::uint64_t kPlenty = 1u << 30;

std::uint64_t Edits(std::u32string_view a, std::u32string_view b) {
  WorkBudget budget(kPlenty);
  return EditDistance(a, b, budget).value();
}

// The textbook's matrix, which the bit-parallel one must agree with.
std::uint64_t PlainEdits(std::u32string_view a, std::u32string_view b) {
  std::vector<std::uint64_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::uint64_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::uint64_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::uint64_t PlainLcs(const std::vector<std::u32string_view>& a,
                       const std::vector<std::u32string_view>& b) {
  std::vector<std::uint64_t> row(b.size() + 1);
  for (const std::u32string_view word : a) {
    std::uint64_t diagonal = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::uint64_t longer = word == b[j - 1] ? diagonal + 1 : std::max(row[j], row[j - 1]);
      diagonal = row[j];
      row[j] = longer;
    }
  }
  return row[b.size()];
}

class Random {
 public:
  std::size_t Below(std::size_t bound) { return generator_() % bound; }
  std::u32string Text(std::size_t size, std::size_t alphabet, char32_t first) {
    std::u32string text;
    for (std::size_t i = 0; i < size; ++i) text += first + static_cast<char32_t>(Below(alphabet));
    return text;
  }
  void Edit(std::u32string& text, std::size_t edits) {
    for (std::size_t i = 0; i < edits; ++i) {
      const std::size_t at = Below(text.size() + 1);
      if (at == text.size() || Below(3) == 0) {
        text.insert(at, 1, U'x');
      } else if (Below(2) == 0) {
        text.erase(at, 1);
      } else {
        text[at] = U'y';
      }
    }
  }

 private:
  std::mt19937 generator_{7};
};

struct Reference {
  const char* baseline;
  const char* candidate;
  std::uint64_t edits;  // rapidfuzz 3.14.6, distance.Levenshtein.distance
  double token_f1;      // evaluate-v1.1.py of SQuAD without normalize_answer()
  double chrf;          // sacrebleu 2.6.0, CHRF().sentence_score(candidate, [baseline]) / 100
  double rouge_l;       // rouge_score 0.1.2 with a tokenizer that splits at white space
};

constexpr Reference kReferences[] = {
    {"The cat sat on the mat.", "The cat is on the mat.", 3, 1 - 0.166666667, 1 - 0.354183316,
     1 - 0.166666667},
    {"kitten", "sitting", 3, 0, 1 - 0.788662885, 0},
    {"Paris is the capital of France.", "The capital of France is Paris.", 19, 0.5, 1 - 0.257502859,
     1 - 0.666666667},
    {"naïve café 東京", "naive cafe 京都", 4, 0, 1 - 0.674422799, 0},
    {"yes", "no", 3, 0, 0, 0},
    {"a b c d e f g", "g f e d c b a", 6, 1, 1 - 0.833333333, 1 - 0.857142857},
    {"The quick brown fox jumps over the lazy dog and runs away from the big bad wolf.",
     "A quick brown dog jumps over the lazy fox and then runs far away from a bad wolf!", 24,
     1 - 0.257142857, 1 - 0.409005972, 1 - 0.371428571},
    {"ab", "abababab", 6, 0, 1 - 0.45, 0},
};

TEST_CASE("text measures: they agree with the field's implementations") {
  for (const Reference& reference : kReferences) {
    INFO(reference.baseline << " and " << reference.candidate);
    const std::u32string a = NormalText(reference.baseline, {});
    const std::u32string b = NormalText(reference.candidate, {});
    WorkBudget budget(kPlenty);
    CHECK(Edits(a, b) == reference.edits);
    CHECK(TokenF1(Words(a), Words(b)) == Approx(reference.token_f1).margin(1e-8));
    CHECK(Chrf(a, b) == Approx(reference.chrf).margin(1e-8));
    CHECK(*RougeL(Words(a), Words(b), budget) == Approx(reference.rouge_l).margin(1e-8));
  }
}

TEST_CASE("text measures: nothing is like nothing, and unlike anything else") {
  WorkBudget budget(kPlenty);
  CHECK(Edits(U"", U"") == 0);
  CHECK(Edits(U"", U"abc") == 3);
  CHECK(TokenF1({}, {}) == 1);
  CHECK(TokenF1(Words(U"a"), {}) == 0);
  CHECK(Chrf(U" ", U"") == 1);
  CHECK(Chrf(U"a", U"") == 0);
  CHECK(*RougeL({}, {}, budget) == 1);
  CHECK(*RougeL(Words(U"a"), {}, budget) == 0);
}

TEST_CASE("text measures: edits of random texts are those of the plain matrix") {
  Random random;
  for (int round = 0; round < 80; ++round) {
    const std::size_t alphabet = 1 + random.Below(40);
    const char32_t first = round % 3 == 0 ? U'\u4E00' : U'a';
    // From within one stripe of 512 rows to several.
    const std::u32string a =
        random.Text(random.Below(round % 10 == 0 ? 1'500 : 600), alphabet, first);
    std::u32string b = a;
    if (round % 2 == 0) {
      random.Edit(b, random.Below(round % 20 == 0 ? 700 : 60));
    } else {
      b = random.Text(random.Below(1'200), alphabet, first);
    }
    INFO("round " << round << ": " << a.size() << " and " << b.size() << " characters");
    CHECK(Edits(a, b) == PlainEdits(a, b));
    CHECK(Edits(b, a) == PlainEdits(a, b));
  }
}

TEST_CASE("text measures: a stripe is the same whichever way the processor does it") {
  Random random;
  constexpr std::uint32_t kSymbols = 6;  // with that of the columns of lag
  for (int round = 0; round < 40; ++round) {
    const std::size_t filling = random.Below(kStripeRows);
    StripeBits start{};
    std::vector<StripeBits> rows(kSymbols);
    for (std::size_t row = 0; row < kStripeRows; ++row) {
      const std::uint64_t bit = std::uint64_t{1} << (row % 64);
      (row < filling ? rows[0] : start)[row / 64] |= bit;
      if (row >= filling) rows[1 + random.Below(kSymbols - 1)][row / 64] |= bit;
    }
    const std::size_t columns = 1 + random.Below(700);
    std::vector<std::uint32_t> places(columns + 2 * kStripeLag);
    std::vector<std::uint64_t> above_plus(places.size()), above_minus(places.size());
    for (std::size_t i = kStripeLag; i < kStripeLag + columns; ++i) {
      const std::size_t symbol = 1 + random.Below(kSymbols - 1);
      places[i] = static_cast<std::uint32_t>(symbol * kStripeBlocks);
      above_plus[i] = random.Below(3) == 0 ? 1 : 0;
      above_minus[i] = above_plus[i] == 0 && random.Below(4) == 0 ? 1 : 0;
    }
    const auto below = [&](decltype(&RunEditStripe) way) {
      auto plus = above_plus;
      auto minus = above_minus;
      way(rows.data(), places.data() + kStripeLag, columns, start,
          {plus.data() + kStripeLag, minus.data() + kStripeLag});
      const auto columns_of = [](const std::vector<std::uint64_t>& deltas) {
        return std::vector<std::uint64_t>(deltas.begin() + kStripeLag, deltas.end() - kStripeLag);
      };
      return std::make_pair(columns_of(plus), columns_of(minus));
    };
    const auto expected = below(EditStripeWays().back());
    for (const auto way : EditStripeWays()) CHECK(below(way) == expected);
  }
}

TEST_CASE("text measures: common subsequences of random texts are those of the plain matrix") {
  Random random;
  for (int round = 0; round < 60; ++round) {
    const std::u32string a = random.Text(random.Below(400), 5 + random.Below(9), U'\x1B');
    const std::u32string b = random.Text(random.Below(400), 5 + random.Below(9), U'\x1B');
    const auto ours = Words(a);
    const auto theirs = Words(b);
    if (ours.empty() && theirs.empty()) continue;
    WorkBudget budget(kPlenty);
    const double expected = 2 * static_cast<double>(PlainLcs(ours, theirs)) /
                            static_cast<double>(ours.size() + theirs.size());
    CHECK(*RougeL(ours, theirs, budget) == Approx(expected).margin(1e-12));
  }
}

TEST_CASE(
    "text measures: work beyond the budget is not done, and long texts that are alike need "
    "little") {
  Random random;
  std::u32string a = random.Text(100'000, 50, U'a');
  std::u32string b = random.Text(100'000, 50, U'a');
  WorkBudget small(1'000'000);
  CHECK_FALSE(EditDistance(a, b, small));
  b = a;
  random.Edit(b, 50);
  WorkBudget enough(2'000'000);
  CHECK(EditDistance(a, b, enough).value() <= 50);
  const std::u32string words = random.Text(50'000, 2, U' ');
  std::u32string other = words;
  std::reverse(other.begin(), other.end());
  WorkBudget none(10);
  CHECK_FALSE(RougeL(Words(words), Words(U"x " + other), none));
}

TEST_CASE("normal texts: composed and decomposed characters are the same") {
  CHECK(NormalText("cafe\u0301", {}) == U"caf\u00E9");
  CHECK(NormalText("\u1100\u1161\u11A8", {}) == U"\uAC01");
  CHECK(NormalText("\u212B", {}) == U"\u00C5");
  // Marks in another order.
  CHECK(NormalText("q\u0307\u0323", {}) == NormalText("q\u0323\u0307", {}));
  CHECK(NormalText("\u00BD", {}) == U"\u00BD");  // no compatibility mapping
}

TEST_CASE("normal texts: case is folded and white space collapsed as the rules say") {
  const TextRules fold{.fold_case = true, .collapse_space = true};
  CHECK(NormalText("Stra\u00DFE \u0394\u03A3", fold) == U"strasse \u03B4\u03C3");
  CHECK(NormalText(" \t a\u00A0\u3000b\r\n", {}) == U"a b");
  CHECK(NormalText(" a  b", {.fold_case = false, .collapse_space = false}) == U" a  b");
  CHECK(NormalText("   ", {}).empty());
}

TEST_CASE("normal texts: bytes that are no UTF-8 stay apart") {
  CHECK(NormalText("a\xFF", {}) != NormalText("a\xFE", {}));
  CHECK(NormalText("\xED\xA0\x80", {}).size() == 3);
  CHECK(Utf8Of(NormalText("a\xFF", {}), 100) == "a\uFFFD");
  CHECK(NormalText("e\xCC", {}).size() == 2);
}

TEST_CASE("normal texts: whatever Unicode composes or puts in order is as utf8proc has it") {
  constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  constexpr utf8proc_int32_t kOverlay = 0x0334;  // of combining class 1: comes before all marks
  const auto differs = [&](std::vector<utf8proc_int32_t> points) {
    std::string text;
    for (const utf8proc_int32_t c : points) {
      utf8proc_uint8_t bytes[4];
      const auto size = utf8proc_encode_char(c, bytes);
      text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    std::vector<utf8proc_int32_t> whole(64);
    const auto* begin = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    auto count = utf8proc_decompose(begin, size, whole.data(), 64, kCompose);
    count = utf8proc_normalize_utf32(whole.data(), count, kCompose);
    return NormalText(text, {.fold_case = false, .collapse_space = false}) !=
           std::u32string(whole.begin(), whole.begin() + count);
  };
  std::size_t composed = 0;
  std::size_t ordered = 0;
  for (utf8proc_int32_t c = 1; c <= 0x10FFFF; ++c) {
    if (!utf8proc_codepoint_valid(c)) continue;
    utf8proc_int32_t parts[32];
    int boundary = 0;
    const auto size = utf8proc_decompose_char(c, parts, 32, UTF8PROC_DECOMPOSE, &boundary);
    if (size != 1 || parts[0] != c) {
      ++composed;
      if (differs({c}) || differs({parts, parts + size})) FAIL_CHECK("U+" << std::hex << c);
    } else if (utf8proc_get_property(c)->combining_class > 1) {
      ++ordered;
      if (differs({'a', c, kOverlay})) FAIL_CHECK("U+" << std::hex << c);
    }
  }
  CHECK(composed > 13'000);
  CHECK(ordered > 800);
}

TEST_CASE("normal texts: a text of combining marks alone takes linear time") {
  std::string marks = "a";
  for (int i = 0; i < 100'000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  CHECK(NormalText(marks, {}).size() > 90'000);
}

}  // namespace
}  // namespace understudy
