// Comparing names; moving a head to a copy of its bytes.
#include "proxy/model/message.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>

namespace understudy {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// The eight bytes from `at` on.
std::uint64_t Word(std::string_view text, std::size_t at) {
  std::uint64_t word;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

// Lower() of each byte of a word: the highest bit of a byte says what the byte is, as adding to its
// other seven bits carries into no other byte.
std::uint64_t LowerWord(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  const std::uint64_t low = word & ~kHigh;
  const std::uint64_t from_a = low + (0x80 - 'A') * kEach;
  const std::uint64_t beyond_z = low + (0x7f - 'Z') * kEach;
  const std::uint64_t upper = (from_a & ~beyond_z & ~word) & kHigh;
  return word | (upper >> 2);
}

}  // namespace

// Eight letters at a time.
bool SameLetters(std::string_view name, std::string_view lower) {
  const std::size_t size = name.size();
  const auto same_word = [&](std::size_t at) {
    return LowerWord(Word(name, at)) == Word(lower, at);
  };
  if (size < 8) {
    return std::equal(name.begin(), name.end(), lower.begin(),
                      [](char c, char l) { return Lower(c) == l; });
  }
  for (std::size_t at = 0; at + 8 < size; at += 8) {
    if (!same_word(at)) return false;
  }
  return same_word(size - 8);  // some of them once more
}

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

const HeaderField* FindField(const std::vector<HeaderField>& fields, std::string_view lower) {
  for (const HeaderField& field : fields) {
    if (NameIs(field.name, lower)) return &field;
  }
  return nullptr;
}

RequestHead HeadOfCopy(const RequestHead& head, std::string_view bytes, const char* copy) {
  RequestHead moved = head;
  const auto move = [&](std::string_view& view) {
    const std::less<const char*> before;
    if (before(view.data(), bytes.data()) || !before(view.data(), bytes.data() + bytes.size())) {
      return;
    }
    view = {copy + (view.data() - bytes.data()), view.size()};
  };
  for (std::string_view* view : {&moved.method, &moved.target, &moved.path, &moved.host}) {
    move(*view);
  }
  for (HeaderField& field : moved.fields) {
    move(field.name);
    move(field.value);
  }
  return moved;
}

bool IsIdempotentMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

}  // namespace understudy
