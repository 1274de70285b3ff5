// Decoding, parsing and marking one answer.
#include "comparators/prepared_answer.h"

#include <algorithm>
#include <limits>

#include "comparators/charset.h"

namespace understudy {
namespace {

constexpr std::string_view kContentEncoding = "content-encoding";
constexpr std::string_view kContentType = "content-type";
constexpr std::string_view kBinaryTail = "inference-header-content-length";

bool SameName(std::string_view a, std::string_view lower) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(),
                                                [&](char x, char y) { return fold(x) == y; });
}

// Whether both have the same values of that field, one by one; needs no memory.
bool SameValues(const RawAnswer& a, const RawAnswer& b, std::string_view name) {
  const auto next = [name](std::span<const AnswerHeader>& rest) -> const AnswerHeader* {
    while (!rest.empty()) {
      const AnswerHeader& header = rest.front();
      rest = rest.subspan(1);
      if (SameName(header.name, name)) return &header;
    }
    return nullptr;
  };
  std::span<const AnswerHeader> left = a.headers, right = b.headers;
  while (true) {
    const AnswerHeader* one = next(left);
    const AnswerHeader* other = next(right);
    if (one == nullptr || other == nullptr) return one == other;
    if (one->value != other->value) return false;
  }
}

bool SameEncoding(const RawAnswer& a, const RawAnswer& b) {
  return SameValues(a, b, kContentEncoding) ||
         HeaderValue(a.headers, kContentEncoding) == HeaderValue(b.headers, kContentEncoding);
}

bool SameCharset(const RawAnswer& a, const RawAnswer& b) {
  return SameValues(a, b, kContentType) || CharsetOf(HeaderValue(a.headers, kContentType)) ==
                                               CharsetOf(HeaderValue(b.headers, kContentType));
}

}  // namespace

std::string HeaderValue(std::span<const AnswerHeader> headers, std::string_view name) {
  std::string value;
  bool first = true;
  for (const AnswerHeader& header : headers) {
    if (!SameName(header.name, name)) continue;
    if (!first) value += ", ";
    value += header.value;
    first = false;
  }
  return value;
}

bool SameOnTheWire(const RawAnswer& a, const RawAnswer& b) {
  return a.status == b.status && a.body == b.body && SameEncoding(a, b) && SameCharset(a, b);
}

void PreparedAnswer::Decode(const DecodeLimits& limits) {
  const std::string encoding = HeaderValue(raw_.headers, kContentEncoding);
  if (IsIdentity(encoding)) return;
  absl::StatusOr<std::string> decoded = RemoveContentEncoding(encoding, raw_.body, limits);
  decode_status_ = decoded.status();
  decoded_ = decoded.ok() ? *std::move(decoded) : std::string();
  body_ = decoded_;
}

void PreparedAnswer::Assemble(const StreamRule& rule) {
  const std::string type = HeaderValue(raw_.headers, kContentType);
  if (!decode_status_.ok() || !IsStream(type)) return;
  absl::StatusOr<AssembledStream> assembled = AssembleStream(body_, rule, type);
  stream_status_ = assembled.status();
  if (!assembled.ok()) return;
  stream_ = *std::move(assembled);
  body_ = stream_->json;
  if (stream_->end == StreamEnd::kFailed) {
    stream_status_ = absl::AbortedError("the stream says that it failed: " + stream_->failure);
  } else if (stream_->end == StreamEnd::kTruncated) {
    stream_status_ = absl::AbortedError("the stream breaks off after " +
                                        std::to_string(stream_->events) + " events");
  }
}

void PreparedAnswer::Parse(const DocumentLimits& limits) {
  if (!decode_status_.ok() || !stream_status_.ok() || has_binary_tail()) return;
  const std::string charset = CharsetOf(HeaderValue(raw_.headers, kContentType));
  std::string_view text = body_;
  if (!IsPlainCharset(charset) && !body_.empty()) {
    absl::StatusOr<std::string> utf8 = ToUtf8(charset, body_, limits.max_bytes);
    charset_status_ = utf8.status();
    if (!utf8.ok()) return;
    utf8_ = *std::move(utf8);
    text = utf8_;
  }
  absl::StatusOr<std::unique_ptr<Document>> document = Document::Parse(text, limits);
  parse_status_ = document.status();
  if (document.ok()) document_ = *std::move(document);
  // Bytes that are none of the charset are not bad JSON but no text. ASCII is looked at in any
  // case: a reader of JSON takes more than that.
  if (IsPlainCharset(charset) && (!document.ok() || charset.ends_with("ascii")) &&
      !IsWellFormed(charset, text)) {
    charset_status_ = absl::InvalidArgumentError("the body is no " + charset + " text");
    document_ = nullptr;
  }
}

void PreparedAnswer::Mark(const std::vector<PathPattern>& ignore,
                          const std::vector<PathPattern>& unscored, std::span<std::uint32_t> hits) {
  if (document_ == nullptr) return;
  for (const PathPattern& path : unscored) {
    path.ForEachMatch(*document_, [&](JsonValue value) {
      document_->SetMark(value.index(), JsonMark::kUnscored);
    });
  }
  // Leaves are counted before any is marked, so that one rule does not hide another's.
  std::vector<std::uint32_t> covered;
  for (std::size_t i = 0; i < ignore.size(); ++i) {
    std::uint64_t leaves = 0;
    ignore[i].ForEachMatch(*document_, [&](JsonValue value) {
      leaves += LeafCount(value);
      covered.push_back(value.index());
    });
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    hits[i] = std::max(hits[i], static_cast<std::uint32_t>(std::min(leaves, kMost)));
  }
  for (const std::uint32_t index : covered) document_->SetMark(index, JsonMark::kIgnored);
}

bool PreparedAnswer::has_binary_tail() const {
  return !HeaderValue(raw_.headers, kBinaryTail).empty();
}

}  // namespace understudy
