// Reads JSON text into a flat list of nodes.
#include "comparators/json_parser.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "comparators/json_number.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kFewKeys = 12;  // up to here every pair is looked at, above keys are sorted

// Whether all eight bytes are plain inside a string: ASCII, no quote, backslash or control.
bool AllPlain(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  const auto has_zero = [](std::uint64_t x) { return (x - kOnes) & ~x & kHigh; };
  const std::uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
  return (control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\')) |
          (word & kHigh)) == 0;
}

const char* SkipPlain(const char* p, const char* end) {
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    if (!AllPlain(word)) break;
    p += 8;
  }
  while (p != end) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) break;
    ++p;
  }
  return p;
}

// Four hexadecimal digits, or -1.
std::int32_t ReadHex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  std::int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

JsonNode MakeNode(JsonKind kind) {
  JsonNode node{};
  node.kind = kind;
  return node;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Document>> Document::Parse(std::string_view text,
                                                          const DocumentLimits& limits) {
  auto document = std::unique_ptr<Document>(new Document(text));
  JsonParser parser(text, limits, *document);
  if (absl::Status status = parser.Run(); !status.ok()) return status;
  return document;
}

JsonParser::JsonParser(std::string_view text, const DocumentLimits& limits, Document& document)
    : p_(text.data()),
      begin_(text.data()),
      end_(text.data() + text.size()),
      limits_(limits),
      document_(document) {}

absl::Status JsonParser::Run() {
  const auto size = static_cast<std::size_t>(end_ - begin_);
  constexpr std::size_t kTwoGiB = std::size_t{1} << 31;
  if (size > std::min(limits_.max_bytes, kTwoGiB)) {
    return absl::ResourceExhaustedError(
        fmt::format("the JSON text has {} bytes; at most {} are read", size, limits_.max_bytes));
  }
  if (std::string_view(p_, size).starts_with(kByteOrderMark)) p_ += kByteOrderMark.size();
  document_.nodes_.reserve(std::min(size / 8 + 8, limits_.max_nodes));
  bool done = false;
  while (!done) {
    bool opened = false;
    if (absl::Status status = Value(opened); !status.ok()) return status;
    if (opened) continue;
    if (absl::Status status = AfterValue(done); !status.ok()) return status;
  }
  if (p_ != end_) return Fault("text after the end of the value");
  return absl::OkStatus();
}

absl::Status JsonParser::Value(bool& opened) {
  SkipSpace();
  if (p_ == end_) return Fault("the text ends where a value should stand");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  switch (*p_) {
    case '{':
      return Open(true, opened);
    case '[':
      return Open(false, opened);
    case '"':
      return String(false);
    case 't':
      return Word("true", JsonKind::kTrue, 0);
    case 'f':
      return Word("false", JsonKind::kFalse, 0);
    case 'n':
      return Word("null", JsonKind::kNull, 0);
    case 'N':
      return Word("NaN", JsonKind::kDouble, std::numeric_limits<double>::quiet_NaN());
    case 'I':
      return Word("Infinity", JsonKind::kDouble, kInfinity);
    case '-':
      if (end_ - p_ > 1 && p_[1] == 'I') return Word("-Infinity", JsonKind::kDouble, -kInfinity);
      return Number();
    default:
      return Number();
  }
}

absl::Status JsonParser::Open(bool object, bool& opened) {
  if (stack_.size() >= limits_.max_depth) {
    return TooLarge(fmt::format("more than {} containers inside each other", limits_.max_depth));
  }
  stack_.push_back({document_.node_count(), 0, object});
  const JsonKind kind = object ? JsonKind::kObject : JsonKind::kArray;
  if (absl::Status status = Push(MakeNode(kind)); !status.ok()) return status;
  ++p_;
  SkipSpace();
  if (p_ != end_ && *p_ == (object ? '}' : ']')) return Close();
  opened = true;
  return object ? Key() : absl::OkStatus();
}

absl::Status JsonParser::Close() {
  const Frame frame = stack_.back();
  stack_.pop_back();
  ++p_;
  JsonNode& node = document_.nodes_[frame.index];
  node.size = frame.count;
  node.payload.next = document_.node_count();
  return frame.object && frame.count > 1 ? RefuseRepeatedKeys(frame) : absl::OkStatus();
}

absl::Status JsonParser::AfterValue(bool& done) {
  while (true) {
    SkipSpace();
    if (stack_.empty()) {
      done = true;
      return absl::OkStatus();
    }
    Frame& frame = stack_.back();
    ++frame.count;
    if (p_ == end_) return Fault("the text ends inside a container");
    if (*p_ == ',') {
      ++p_;
      return frame.object ? Key() : absl::OkStatus();
    }
    if (*p_ != (frame.object ? '}' : ']')) {
      return Fault(frame.object ? "expected \",\" or \"}\"" : "expected \",\" or \"]\"");
    }
    if (absl::Status status = Close(); !status.ok()) return status;
  }
}

absl::Status JsonParser::Key() {
  SkipSpace();
  if (p_ == end_ || *p_ != '"') return Fault("expected the name of a member in quotes");
  if (absl::Status status = String(true); !status.ok()) return status;
  SkipSpace();
  if (p_ == end_ || *p_ != ':') return Fault("expected \":\" after the name of a member");
  ++p_;
  return absl::OkStatus();
}

absl::Status JsonParser::String(bool is_key) {
  const char* const start = ++p_;
  while (true) {
    p_ = SkipPlain(p_, end_);
    if (p_ == end_) return Fault("the text ends inside a string");
    if (*p_ == '"') break;
    if (*p_ == '\\') return Escapes(start, is_key);
    if (static_cast<unsigned char>(*p_) < 0x20) return Fault("a control character in a string");
    const std::size_t length = Utf8SequenceLength({p_, static_cast<std::size_t>(end_ - p_)});
    if (length == 0) return Fault("invalid UTF-8 in a string");
    p_ += length;
  }
  JsonNode node = MakeNode(JsonKind::kString);
  node.is_key = is_key;
  node.size = static_cast<std::uint32_t>(p_ - start);
  node.payload.offset = static_cast<std::uint64_t>(start - begin_);
  ++p_;
  return Push(node);
}

// The rest of a string whose first backslash is at p_: unescaped beside the text.
absl::Status JsonParser::Escapes(const char* start, bool is_key) {
  std::string& out = document_.unescaped_;
  JsonNode node = MakeNode(JsonKind::kString);
  node.is_key = is_key;
  node.unescaped = true;
  node.payload.offset = out.size();
  out.append(start, p_);
  while (true) {
    const char* const plain = p_;
    p_ = SkipPlain(p_, end_);
    out.append(plain, p_);
    if (p_ == end_) return Fault("the text ends inside a string");
    if (*p_ == '"') break;
    if (*p_ == '\\') {
      if (absl::Status status = Escape(); !status.ok()) return status;
      continue;
    }
    if (static_cast<unsigned char>(*p_) < 0x20) return Fault("a control character in a string");
    const std::size_t length = Utf8SequenceLength({p_, static_cast<std::size_t>(end_ - p_)});
    if (length == 0) return Fault("invalid UTF-8 in a string");
    out.append(p_, length);
    p_ += length;
  }
  ++p_;
  node.size = static_cast<std::uint32_t>(out.size() - node.payload.offset);
  return Push(node);
}

absl::Status JsonParser::Escape() {
  if (end_ - p_ < 2) return Fault("the text ends inside a string");
  std::string& out = document_.unescaped_;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t position = kNames.find(p_[1]);
  if (position != std::string_view::npos) {
    out.push_back(kMeanings[position]);
    p_ += 2;
    return absl::OkStatus();
  }
  const std::int32_t first = p_[1] == 'u' ? ReadHex4(p_ + 2, end_) : -1;
  if (first < 0) return Fault("an unknown escape in a string");
  p_ += 6;
  auto code_point = static_cast<std::uint32_t>(first);
  if ((code_point & 0xFC00) == 0xD800 && end_ - p_ >= 6 && p_[0] == '\\' && p_[1] == 'u') {
    const std::int32_t second = ReadHex4(p_ + 2, end_);
    if (second >= 0xDC00 && second <= 0xDFFF) {
      const auto low = static_cast<std::uint32_t>(second) - 0xDC00;
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + low;
      p_ += 6;
    }
  }
  AppendUtf8(code_point, out);
  return absl::OkStatus();
}

absl::Status JsonParser::Number() {
  NumberToken token;
  const std::size_t length = ReadNumber({p_, static_cast<std::size_t>(end_ - p_)}, token);
  if (length == 0) return Fault("expected a value");
  if (length > limits_.max_number_bytes) {
    return TooLarge(fmt::format("a number of {} characters; at most {} are read", length,
                                limits_.max_number_bytes));
  }
  JsonNode node = MakeNode(token.kind);
  if (token.kind == JsonKind::kDouble) {
    node.payload.decimal = token.decimal;
  } else if (token.kind == JsonKind::kInt) {
    node.payload.signed_integer = token.signed_integer;
  } else if (token.kind == JsonKind::kUint) {
    node.payload.unsigned_integer = token.unsigned_integer;
  } else {
    node.size = static_cast<std::uint32_t>(length);
    node.payload.offset = static_cast<std::uint64_t>(p_ - begin_);
  }
  p_ += length;
  return Push(node);
}

absl::Status JsonParser::Word(std::string_view word, JsonKind kind, double decimal) {
  if (!std::string_view(p_, static_cast<std::size_t>(end_ - p_)).starts_with(word)) {
    return Fault("expected a value");
  }
  p_ += word.size();
  JsonNode node = MakeNode(kind);
  if (kind == JsonKind::kDouble) node.payload.decimal = decimal;
  return Push(node);
}

absl::Status JsonParser::RefuseRepeatedKeys(const Frame& frame) {
  keys_.clear();
  JsonValue(document_, frame.index).ForEachMember([this](std::string_view key, JsonValue) {
    keys_.push_back(key);
  });
  auto repeated = keys_.end();
  if (keys_.size() <= kFewKeys) {
    for (auto key = keys_.begin(); key != keys_.end() && repeated == keys_.end(); ++key) {
      if (std::find(keys_.begin(), key, *key) != key) repeated = key;
    }
  } else {
    std::sort(keys_.begin(), keys_.end());
    repeated = std::adjacent_find(keys_.begin(), keys_.end());
  }
  if (repeated == keys_.end()) return absl::OkStatus();
  return Fault(fmt::format("the object that ends here has the member \"{}\" twice",
                           ShownText(*repeated, 64)));
}

absl::Status JsonParser::Push(JsonNode node) {
  if (document_.nodes_.size() >= limits_.max_nodes) {
    return TooLarge(fmt::format("more than {} values and names", limits_.max_nodes));
  }
  document_.nodes_.push_back(node);
  return absl::OkStatus();
}

void JsonParser::SkipSpace() {
  while (p_ != end_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) ++p_;
}

absl::Status JsonParser::Fault(std::string_view what) const {
  return absl::InvalidArgumentError(fmt::format("byte {}: {}", p_ - begin_, what));
}

absl::Status JsonParser::TooLarge(std::string_view what) const {
  return absl::ResourceExhaustedError(fmt::format("byte {}: {}", p_ - begin_, what));
}

}  // namespace understudy
