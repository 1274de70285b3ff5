// One pass over the text: places are followed as sets of pattern positions, values are copied.
#include "proxy/control/records_redact.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace understudy {
namespace {

constexpr std::size_t kMaxDepth = 512;
constexpr std::string_view kRedacted = "\"[redacted]\"";

std::vector<std::string> SplitPointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string token;
    for (std::size_t i = 0; i < end; ++i) {
      const bool escape = pointer[i] == '~' && i + 1 < end;
      if (escape && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
        token += pointer[++i] == '0' ? '~' : '/';
      } else {
        token += pointer[i];
      }
    }
    tokens.push_back(std::move(token));
    pointer.remove_prefix(end);
  }
  return tokens;
}

void AppendUtf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::optional<std::uint32_t> FourHexDigits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  return value;
}

// The key a JSON string (without its quotes) spells; nothing when an escape is broken.
std::optional<std::string> Unescape(std::string_view raw) {
  std::string out;
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    if (raw.size() < 2) return std::nullopt;
    const char c = raw[1];
    raw.remove_prefix(2);
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
      out += kMeaning[at];
      continue;
    }
    std::optional<std::uint32_t> code = c == 'u' ? FourHexDigits(raw) : std::nullopt;
    if (!code) return std::nullopt;
    raw.remove_prefix(4);
    if (*code >= 0xD800 && *code < 0xDC00 && raw.starts_with("\\u")) {
      const std::optional<std::uint32_t> low = FourHexDigits(raw.substr(2));
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
        raw.remove_prefix(6);
      }
    }
    AppendUtf8(out, *code);
  }
  return out;
}

}  // namespace

// Where a place stands in every pattern: (pattern, tokens matched) pairs, "**" expanded.
class RedactionCursor {
 public:
  explicit RedactionCursor(const Redaction& redaction) : redaction_(&redaction) {
    for (std::size_t pattern = 0; pattern < redaction.patterns_.size(); ++pattern) Add(pattern, 0);
  }

  RedactionCursor Descend(std::string_view key) const {
    RedactionCursor next(redaction_, 0);
    for (const auto& [pattern, matched] : positions_) {
      const auto& tokens = redaction_->patterns_[pattern];
      if (matched == tokens.size()) continue;
      const std::string& token = tokens[matched];
      if (token == "**") next.Add(pattern, matched);
      if (token == "*" || token == key) next.Add(pattern, matched + 1);
    }
    return next;
  }

  // Some pattern ends here.
  bool Covered() const {
    return std::any_of(positions_.begin(), positions_.end(), [this](const auto& position) {
      return position.second == redaction_->patterns_[position.first].size();
    });
  }
  // Nothing below can be covered.
  bool Idle() const { return positions_.empty(); }
  // Some pattern goes on with a number: elements of an array may differ.
  bool TellsIndices() const {
    return std::any_of(positions_.begin(), positions_.end(), [this](const auto& position) {
      const auto& tokens = redaction_->patterns_[position.first];
      if (position.second == tokens.size()) return false;
      const std::string& token = tokens[position.second];
      return !token.empty() && token.front() >= '0' && token.front() <= '9';
    });
  }

 private:
  RedactionCursor(const Redaction* redaction, int) : redaction_(redaction) {}

  void Add(std::size_t pattern, std::size_t matched) {
    const std::pair position{pattern, matched};
    if (std::find(positions_.begin(), positions_.end(), position) != positions_.end()) return;
    positions_.push_back(position);
    const auto& tokens = redaction_->patterns_[pattern];
    // "**" also stands for no token at all.
    if (matched < tokens.size() && tokens[matched] == "**") Add(pattern, matched + 1);
  }

  const Redaction* redaction_;
  std::vector<std::pair<std::size_t, std::size_t>> positions_;
};

namespace {

// Reads one JSON text and writes it again without the covered values.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::optional<std::string> Run(const RedactionCursor& root) {
    CopySpace();
    if (!Value(root, 0)) return std::nullopt;
    CopySpace();
    if (at_ != text_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool Value(const RedactionCursor& place, std::size_t depth) {
    if (depth > kMaxDepth || at_ >= text_.size()) return false;
    if (place.Covered() && !muted_) {
      out_ += kRedacted;
      muted_ = true;
      const bool read = Value(place, depth);
      muted_ = false;
      return read;
    }
    switch (text_[at_]) {
      case '{':
        return Object(place, depth);
      case '[':
        return Array(place, depth);
      case '"':
        return String().has_value();
      default:
        return Word();
    }
  }

  bool Object(const RedactionCursor& place, std::size_t depth) {
    Take();
    CopySpace();
    if (Next('}')) return true;
    while (true) {
      const std::optional<std::string_view> raw = String();
      const std::optional<std::string> key = raw ? Unescape(*raw) : std::nullopt;
      if (!key) return false;
      CopySpace();
      if (!Next(':')) return false;
      CopySpace();
      const bool whole =
          place.Idle() ? Value(place, depth + 1) : Value(place.Descend(*key), depth + 1);
      if (!whole) return false;
      CopySpace();
      if (Next('}')) return true;
      if (!Next(',')) return false;
      CopySpace();
    }
  }

  bool Array(const RedactionCursor& place, std::size_t depth) {
    Take();
    CopySpace();
    if (Next(']')) return true;
    const bool each = place.TellsIndices();
    RedactionCursor element = place.Descend("0");
    for (std::size_t index = 0;; ++index) {
      if (each && index > 0) element = place.Descend(std::to_string(index));
      if (!Value(element, depth + 1)) return false;
      CopySpace();
      if (Next(']')) return true;
      if (!Next(',')) return false;
      CopySpace();
    }
  }

  // A string; its inside. Control characters in it are let pass, a missing end is not.
  std::optional<std::string_view> String() {
    if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
    const std::size_t begin = at_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        Copy(begin);
        return text_.substr(begin + 1, at_ - begin - 2);
      }
    }
    return std::nullopt;
  }

  // A number or a bare word (true, null, NaN, -Infinity, ...).
  bool Word() {
    const std::size_t begin = at_;
    const auto belongs = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '-' || c == '+' || c == '.';
    };
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    Copy(begin);
    return at_ != begin;
  }

  void CopySpace() {
    const std::size_t begin = at_;
    constexpr std::string_view kSpace = " \t\r\n";
    while (at_ < text_.size() && kSpace.find(text_[at_]) != std::string_view::npos) ++at_;
    Copy(begin);
  }
  bool Next(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    Take();
    return true;
  }
  void Take() {
    ++at_;
    Copy(at_ - 1);
  }
  void Copy(std::size_t begin) {
    if (!muted_) out_ += text_.substr(begin, at_ - begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  bool muted_ = false;  // inside a covered value
};

}  // namespace

Redaction::Redaction(const std::vector<std::string>& pointers) {
  for (const std::string& pointer : pointers) {
    patterns_.push_back(pointer.starts_with('/') ? SplitPointer(pointer) : Pattern{});
  }
}

std::optional<std::string> Redaction::Apply(std::string_view json) const {
  if (Empty()) return std::string(json);
  return Rewriter(json).Run(RedactionCursor(*this));
}

bool Redaction::Touches(std::string_view pointer) const {
  if (Empty()) return false;
  RedactionCursor place(*this);
  if (!pointer.empty() && !pointer.starts_with('/')) return true;  // no place one could judge
  for (const std::string& token : SplitPointer(pointer)) {
    if (place.Covered()) return true;
    place = place.Descend(token);
  }
  // Positions that are left lead to something covered at or below this place.
  return !place.Idle();
}

std::optional<std::string> RedactJson(std::string_view text,
                                      const std::vector<std::string>& pointers) {
  return Redaction(pointers).Apply(text);
}

}  // namespace understudy
