// A scanner that skips values it is not asked for.
#include "proxy/routing/json_text.h"

#include <charconv>
#include <vector>

namespace understudy {
namespace {

constexpr int kMostDepth = 256;

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

  // Between the quotes, escapes as they stand.
  std::optional<std::string_view> String() {
    if (!Take('"')) return std::nullopt;
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return std::nullopt;
    return text_.substr(begin, at_++ - begin);
  }

  bool SkipValue() {
    // Containers are counted rather than parsed: their ends are what matters.
    int depth = 0;
    do {
      SkipSpace();
      if (at_ >= text_.size()) return false;
      switch (text_[at_]) {
        case '"':
          if (!String()) return false;
          break;
        case '{':
        case '[':
          if (++depth > kMostDepth) return false;
          ++at_;
          continue;
        case '}':
        case ']':
          if (--depth < 0) return false;
          ++at_;
          break;
        case ',':
        case ':':
          if (depth == 0) return false;
          ++at_;
          continue;
        default: {
          const std::size_t begin = at_;
          while (at_ < text_.size() &&
                 std::string_view(" \t\r\n,:{}[]\"").find(text_[at_]) == std::string_view::npos) {
            ++at_;
          }
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

// Moves to the value of that key or index; the scanner stands before a container.
bool Enter(Scanner& scanner, const std::string& token) {
  if (scanner.Take('{')) {
    while (scanner.Peek() == '"') {
      const auto key = scanner.String();
      if (!key || !scanner.Take(':')) return false;
      if (*key == token) return true;
      if (!scanner.SkipValue()) return false;
      if (!scanner.Take(',')) return false;
    }
    return false;
  }
  if (!scanner.Take('[')) return false;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size()) return false;
  for (; index > 0; --index) {
    if (!scanner.SkipValue() || !scanner.Take(',')) return false;
  }
  return scanner.Peek() != ']';
}

struct Span {
  std::size_t begin, end;
};

std::optional<Span> Locate(std::string_view json, const std::vector<std::string>& tokens) {
  Scanner scanner(json);
  for (const std::string& token : tokens) {
    if (!Enter(scanner, token)) return std::nullopt;
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
  const auto span = Locate(json, *tokens);
  if (!span) return std::nullopt;
  return json.substr(span->begin, span->end - span->begin);
}

std::optional<std::string> SetJsonValue(std::string_view json, std::string_view pointer,
                                        std::string_view value) {
  auto tokens = Tokens(pointer);
  if (!tokens || tokens->empty()) return std::nullopt;
  std::string out;
  if (const auto span = Locate(json, *tokens)) {
    out.append(json.substr(0, span->begin)).append(value).append(json.substr(span->end));
    return out;
  }
  const std::string key = std::move(tokens->back());
  tokens->pop_back();
  const auto parent = Locate(json, *tokens);
  if (!parent || json[parent->begin] != '{' || key.find_first_of("\"\\") != std::string::npos) {
    return std::nullopt;
  }
  Scanner inside(json.substr(parent->begin + 1));
  const bool empty = inside.Peek() == '}';
  out.append(json.substr(0, parent->begin + 1)).append("\"").append(key).append("\":");
  out.append(value).append(empty ? "" : ",").append(json.substr(parent->begin + 1));
  return out;
}

}  // namespace understudy
