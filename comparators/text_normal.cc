// Normalising texts: the plain parts are copied, only what may compose goes through utf8proc.
#include "comparators/text_normal.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "comparators/text.h"

namespace understudy {
namespace {

// So many code points are put in order at once: ordering takes quadratic time.
constexpr std::size_t kMaxPiece = 256;

struct Range {
  char32_t first, last;
};

// Characters that form C never changes and that never compose with what stands before them; by no
// means all, but most of what texts are written in.
constexpr Range kInert[] = {
    {0x0000, 0x02FF},    // Latin
    {0x0400, 0x0482},    // Cyrillic
    {0x1E00, 0x1EFF},    // more Latin
    {0x2010, 0x2027},    // punctuation
    {0x2030, 0x205E},    // more punctuation
    {0x20A0, 0x20BF},    // currencies
    {0x2190, 0x2328},    // arrows, mathematics
    {0x2500, 0x27BF},    // boxes, shapes, dingbats
    {0x3000, 0x3029},    // ideographic punctuation
    {0x3041, 0x3096},    // Hiragana
    {0x30A0, 0x30FF},    // Katakana
    {0x4E00, 0x9FFF},    // ideographs
    {0xAC00, 0xD7A3},    // Hangul syllables
    {0xFE0F, 0xFE0F},    // emoji style
    {0xFF01, 0xFF60},    // full-width forms
    {0x1F300, 0x1FAFF},  // emoji
};

bool IsInert(char32_t c) {
  if (c < 0x0300) return true;
  const auto* range = std::upper_bound(std::begin(kInert), std::end(kInert), c,
                                       [](char32_t x, const Range& r) { return x < r.first; });
  return c <= std::prev(range)->last;
}

// `text` starts with a sequence of that length.
char32_t Decode(std::string_view text, std::size_t length) {
  const auto bits = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  if (length == 1) return bits(0);
  char32_t c = bits(0) & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (bits(i) & 0x3Fu);
  return c;
}

class Normaliser {
 public:
  Normaliser(std::string_view text, const TextRules& rules) : rest_(text), rules_(rules) {
    out_.reserve(text.size());
  }

  std::u32string Run() {
    while (!rest_.empty()) {
      // A character of ASCII composes with nothing before it, and another one after it not with it.
      if (Ascii(rest_[0]) && (rest_.size() == 1 || Ascii(rest_[1]))) {
        PutAscii(rest_[0]);
        rest_.remove_prefix(1);
        continue;
      }
      const std::size_t length = Utf8SequenceLength(rest_);
      if (length == 0) {
        Put(kMalformed + static_cast<std::uint8_t>(rest_.front()));
        rest_.remove_prefix(1);
      } else {
        PutPiece(length);
      }
    }
    return std::move(out_);
  }

 private:
  static bool Ascii(char c) { return static_cast<std::uint8_t>(c) < 0x80; }

  void Put(char32_t c) {
    if (!rules_.collapse_space) {
      out_.push_back(c);
    } else if (IsSpace(c)) {
      gap_ = true;
    } else {
      if (gap_ && !out_.empty()) out_.push_back(U' ');
      gap_ = false;
      out_.push_back(c);
    }
  }

  void PutAscii(char c) {
    Put(static_cast<char32_t>(rules_.fold_case && c >= 'A' && c <= 'Z' ? c + 32 : c));
  }

  // A character, the first one of the rest and `length` bytes long, with all that may compose.
  void PutPiece(std::size_t length) {
    const char32_t first = Decode(rest_, length);
    std::size_t bytes = length;
    std::size_t count = 1;
    while (count < kMaxPiece) {
      const std::string_view next = rest_.substr(bytes);
      const std::size_t more = Utf8SequenceLength(next);
      if (more == 0 || IsInert(Decode(next, more))) break;
      bytes += more;
      ++count;
    }
    if (count == 1 && IsInert(first) && (!rules_.fold_case || first < 0x80)) {
      first < 0x80 ? PutAscii(rest_.front()) : Put(first);
    } else {
      Compose(rest_.substr(0, bytes));
    }
    rest_.remove_prefix(bytes);
  }

  void Compose(std::string_view piece) {
    const int folding = rules_.fold_case ? UTF8PROC_CASEFOLD : 0;
    const auto options =
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | folding);
    // One code point decomposes into four at most, or folds into three.
    std::array<utf8proc_int32_t, kMaxPiece * 8> points;
    utf8proc_ssize_t count = utf8proc_decompose(
        reinterpret_cast<const utf8proc_uint8_t*>(piece.data()),
        static_cast<utf8proc_ssize_t>(piece.size()), points.data(), points.size(), options);
    if (count >= 0 && count <= static_cast<utf8proc_ssize_t>(points.size())) {
      count = utf8proc_normalize_utf32(points.data(), count, options);
    }
    for (utf8proc_ssize_t i = 0; i < count; ++i) Put(static_cast<char32_t>(points[i]));
  }

  std::string_view rest_;
  const TextRules& rules_;
  std::u32string out_;
  bool gap_ = false;  // white space that is not written yet
};

}  // namespace

std::u32string NormalText(std::string_view utf8, const TextRules& rules) {
  return Normaliser(utf8, rules).Run();
}

bool IsSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::vector<std::u32string_view> Words(std::u32string_view text) {
  std::vector<std::u32string_view> words;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t begin = i;
    while (i < text.size() && !IsSpace(text[i])) ++i;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
    if (i < text.size()) ++i;
  }
  return words;
}

std::string Utf8Of(std::u32string_view text, std::size_t max_bytes) {
  std::string utf8;
  for (const char32_t c : text) {
    if (utf8.size() >= max_bytes) break;
    AppendUtf8(c < kMalformed ? c : 0xFFFD, utf8);
  }
  return utf8;
}

}  // namespace understudy
