// The header of binary answers, and rules on their outputs.
#include "comparators/binary_tail.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "comparators/answer_header.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownLength = 32;

// By the shape, which may be anything yet; at most the largest 32-bit number.
std::uint64_t ElementsOf(JsonValue output) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::optional<JsonValue> shape = output.Find("shape");
  if (!shape || !shape->is_array()) return 0;
  std::uint64_t elements = 1;
  shape->ForEachElement([&](JsonValue size) {
    const JsonNode& node = size.node();
    const bool good = node.kind == JsonKind::kInt && node.payload.signed_integer >= 0;
    elements =
        std::min(kMost, elements * (good ? std::min(kMost, node.payload.unsigned_integer) : 0));
  });
  return elements;
}

}  // namespace

absl::StatusOr<std::optional<std::size_t>> JsonLength(std::span<const AnswerHeader> headers,
                                                      std::size_t body_bytes) {
  std::optional<std::size_t> length;
  for (const AnswerHeader& header : headers) {
    if (!SameHeaderName(header.name, kBinaryTailHeader)) continue;
    if (length) {
      return absl::InvalidArgumentError(
          "the header Inference-Header-Content-Length is there twice");
    }
    std::string_view text = header.value;
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    std::size_t read = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error != std::errc() || stop != text.data() + text.size() || read > body_bytes) {
      return absl::InvalidArgumentError(
          fmt::format("Inference-Header-Content-Length is \"{}\", of a body of {} bytes",
                      ShownText(header.value, kShownLength), body_bytes));
    }
    length = read;
  }
  return length;
}

std::optional<JsonValue> BinarySizeOf(JsonValue output) {
  const std::optional<JsonValue> parameters = output.Find("parameters");
  return parameters ? parameters->Find("binary_data_size") : std::nullopt;
}

bool IsInTail(const BinaryTail& tail, JsonValue output, std::uint64_t position) {
  if (position < tail.raw.size() && tail.raw[position]) return true;
  return tail.raw.empty() && BinarySizeOf(output);
}

std::uint64_t CoverTail(const Document& document, const PathPattern& rule, BinaryTail& tail) {
  const std::optional<JsonValue> outputs = document.root().Find("outputs");
  if (!outputs || !outputs->is_array()) return 0;
  std::uint64_t covered = 0;
  std::uint64_t position = 0;
  outputs->ForEachElement([&](JsonValue output) {
    const std::uint64_t index = position++;
    if (!IsInTail(tail, output, index)) return;
    ListCover cover = rule.CoverOfList("outputs", index, "data");
    if (!cover.whole && !cover.every && cover.elements.empty()) return;
    const std::uint64_t elements = ElementsOf(output);
    covered += cover.whole || cover.every ? elements
                                          : static_cast<std::uint64_t>(std::count_if(
                                                cover.elements.begin(), cover.elements.end(),
                                                [&](std::uint64_t at) { return at < elements; }));
    ListCover& all = tail.covers[index];
    all.whole = all.whole || cover.whole;
    all.every = all.every || cover.every;
    all.elements.insert(all.elements.end(), cover.elements.begin(), cover.elements.end());
    std::sort(all.elements.begin(), all.elements.end());
  });
  return covered;
}

}  // namespace understudy
