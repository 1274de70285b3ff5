// JSON as YAML: one pass over the text, no tree.
#include "proxy/cli/yaml.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>

namespace understudy {
namespace {

constexpr int kDeepest = 200;

// Words that YAML 1.1 or 1.2 readers turn into booleans or null.
constexpr std::array<std::string_view, 9> kReserved = {"true", "false", "null", "yes", "no",
                                                       "on",   "off",   "y",    "n"};

// True when `text` (inside its JSON quotes, escapes untouched) reads as the same string unquoted.
bool IsPlain(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  const bool safe = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
  });
  if (!safe) return false;
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kReserved.begin(), kReserved.end(), lower) == kReserved.end();
}

class Writer {
 public:
  explicit Writer(std::string_view json) : rest_(json) {}

  std::optional<std::string> Write() {
    if (!Value(0, /*after_key=*/false)) return std::nullopt;
    SkipSpace();
    if (!rest_.empty()) return std::nullopt;
    return std::move(yaml_);
  }

 private:
  // Writes one value and its line end. `after_key`: the line already holds "key:" or "-".
  bool Value(int depth, bool after_key) {
    if (depth > kDeepest) return false;
    SkipSpace();
    if (rest_.empty()) return false;
    if (rest_.front() == '{') return Members('{', '}', depth, after_key);
    if (rest_.front() == '[') return Members('[', ']', depth, after_key);
    const auto scalar = Scalar();
    if (!scalar) return false;
    if (after_key) yaml_ += ' ';
    yaml_ += *scalar + "\n";
    return true;
  }

  bool Members(char open, char close, int depth, bool after_key) {
    rest_.remove_prefix(1);
    SkipSpace();
    if (Take(close)) {
      if (after_key) yaml_ += ' ';
      yaml_ += std::string{open, close} + "\n";
      return true;
    }
    if (after_key) yaml_ += '\n';
    do {
      yaml_.append(2 * static_cast<std::size_t>(depth), ' ');
      if (open == '{') {
        SkipSpace();
        const auto key = Scalar();
        SkipSpace();
        if (!key || !Take(':')) return false;
        yaml_ += *key + ":";
      } else {
        yaml_ += "-";
      }
      if (!Value(depth + 1, /*after_key=*/true)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(close);
  }

  std::optional<std::string> Scalar() {
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() != '"') {
      const std::size_t end = std::min(rest_.find_first_of(",]} \n\r\t"), rest_.size());
      if (end == 0) return std::nullopt;
      return std::string(TakeFront(end));
    }
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return std::nullopt;
    const std::string_view quoted = TakeFront(end + 1);
    const std::string_view inner = quoted.substr(1, quoted.size() - 2);
    return std::string(IsPlain(inner) ? inner : quoted);
  }

  std::string_view TakeFront(std::size_t length) {
    const std::string_view front = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return front;
  }

  bool Take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void SkipSpace() {
    const std::size_t next = rest_.find_first_not_of(" \n\r\t");
    rest_.remove_prefix(std::min(next, rest_.size()));
  }

  std::string_view rest_;
  std::string yaml_;
};

}  // namespace

std::string YamlFromJson(std::string_view json) {
  return Writer(json).Write().value_or(std::string(json));
}

}  // namespace understudy
