// A scanner that skips values it is not asked for.
#include "proxy/routing/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "proxy/routing/json_key.h"

namespace understudy {
namespace {

constexpr std::size_t kMostDepth = 256;

// Bytes that end a number, `true` and the like.
constexpr std::array<bool, 256> kEndsScalar = [] {
  std::array<bool, 256> table{};
  for (const unsigned char c : std::string_view(" \t\r\n,:{}[]\"")) table[c] = true;
  return table;
}();

// Which of equal keys counts.
enum class Duplicate { kFirst, kLast };

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  char Peek() {
    SkipSpace();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::size_t At() const { return at_; }
  void MoveTo(std::size_t at) { at_ = at; }

  // Between the quotes, escapes as they stand.
  std::optional<std::string_view> String() {
    if (!Take('"')) return std::nullopt;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return std::nullopt;
    return text_.substr(begin, at_++ - begin);
  }

  bool SkipValue() {
    // Only the brackets of containers are parsed: their ends are what matters.
    std::array<char, kMostDepth> ends;
    std::size_t depth = 0;
    do {
      SkipSpace();
      if (at_ >= text_.size()) return false;
      switch (text_[at_]) {
        case '"':
          if (!String()) return false;
          break;
        case '{':
        case '[':
          if (depth == kMostDepth) return false;
          ends[depth++] = text_[at_++] == '{' ? '}' : ']';
          continue;
        case '}':
        case ']':
          if (depth == 0 || ends[--depth] != text_[at_++]) return false;
          break;
        case ',':
        case ':':
          if (depth == 0) return false;
          ++at_;
          continue;
        default: {
          const std::size_t begin = at_;
          while (at_ < text_.size() && !kEndsScalar[static_cast<unsigned char>(text_[at_])]) ++at_;
          if (at_ == begin) return false;
        }
      }
    } while (depth > 0);
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::string Unescape(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      out += token[++i] == '1' ? '/' : '~';
    } else {
      out += token[i];
    }
  }
  return out;
}

std::optional<std::vector<std::string>> Tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (pointer.empty()) return tokens;
  if (pointer.front() != '/') return std::nullopt;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t slash = pointer.find('/');
    tokens.push_back(Unescape(pointer.substr(0, slash)));
    pointer = slash == std::string_view::npos ? std::string_view() : pointer.substr(slash);
  }
  return tokens;
}

enum class Entered { kYes, kAbsent, kMalformed };

// Moves to the value of that key; the scanner stands behind the object's brace.
Entered EnterObject(Scanner& scanner, std::string_view token, Duplicate duplicate) {
  std::optional<std::size_t> found;
  bool whole = scanner.Peek() == '}';
  while (scanner.Peek() == '"') {
    const auto key = scanner.String();
    if (!key || !scanner.Take(':')) break;
    if (JsonKeyIs(*key, token)) {
      found = scanner.At();
      if (duplicate == Duplicate::kFirst) break;
    }
    if (!scanner.SkipValue()) break;
    whole = scanner.Peek() == '}';
    if (!scanner.Take(',')) break;
  }
  if (!found) return whole ? Entered::kAbsent : Entered::kMalformed;
  scanner.MoveTo(*found);
  return Entered::kYes;
}

// Moves to the value of that index; the scanner stands behind the array's bracket.
bool EnterArray(Scanner& scanner, std::string_view token) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool zero_in_front = token.size() > 1 && token.front() == '0';
  if (error != std::errc() || end != token.data() + token.size() || zero_in_front) return false;
  for (; index > 0; --index) {
    if (!scanner.SkipValue() || !scanner.Take(',')) return false;
  }
  return scanner.Peek() != ']';
}

struct Span {
  std::size_t begin, end;
};

std::optional<Span> Locate(std::string_view json, const std::vector<std::string>& tokens,
                           Duplicate duplicate) {
  Scanner scanner(json);
  for (const std::string& token : tokens) {
    const bool entered = scanner.Take('{') ? EnterObject(scanner, token, duplicate) == Entered::kYes
                                           : scanner.Take('[') && EnterArray(scanner, token);
    if (!entered) return std::nullopt;
  }
  scanner.SkipSpace();
  const std::size_t begin = scanner.At();
  if (!scanner.SkipValue()) return std::nullopt;
  return Span{begin, scanner.At()};
}

}  // namespace

std::optional<std::string_view> FindJsonValue(std::string_view json, std::string_view pointer) {
  const auto tokens = Tokens(pointer);
  if (!tokens) return std::nullopt;
  const auto span = Locate(json, *tokens, Duplicate::kFirst);
  if (!span) return std::nullopt;
  return json.substr(span->begin, span->end - span->begin);
}

std::optional<std::string> SetJsonValue(std::string_view json, std::string_view pointer,
                                        std::string_view value) {
  auto tokens = Tokens(pointer);
  if (!tokens || tokens->empty()) return std::nullopt;
  std::string out;
  if (const auto span = Locate(json, *tokens, Duplicate::kLast)) {
    out.append(json.substr(0, span->begin)).append(value).append(json.substr(span->end));
    return out;
  }
  const std::string key = std::move(tokens->back());
  tokens->pop_back();
  const auto parent = Locate(json, *tokens, Duplicate::kLast);
  const bool plain_key = std::none_of(key.begin(), key.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
  if (!parent || json[parent->begin] != '{' || !plain_key) return std::nullopt;
  Scanner inside(json.substr(parent->begin + 1));
  const bool empty = inside.Peek() == '}';
  // Not into an object that cannot be read to its end: the key may stand behind the fault.
  if (EnterObject(inside, key, Duplicate::kLast) != Entered::kAbsent) return std::nullopt;
  const std::size_t brace = parent->end - 1;
  out.append(json.substr(0, brace)).append(empty ? "\"" : ",\"").append(key).append("\":");
  out.append(value).append(json.substr(brace));
  return out;
}

}  // namespace understudy
