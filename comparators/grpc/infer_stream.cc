// Unwrapping and ordering by the fields on the wire.
#include "comparators/grpc/infer_stream.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "comparators/grpc/wire_fields.h"
#include "comparators/text.h"

namespace understudy {
namespace {

// Of ModelStreamInferResponse.
constexpr std::uint32_t kErrorMessage = 1;
constexpr std::uint32_t kInferResponse = 2;
// Of ModelInferResponse.
constexpr std::uint32_t kId = 3;
constexpr std::uint32_t kParameters = 4;
constexpr std::uint32_t kOutputs = 5;
constexpr std::uint32_t kLastKnown = 6;

constexpr std::size_t kMostFields = 1u << 20;
constexpr std::string_view kFinal = "triton_final_response";

std::optional<std::vector<WireField>> FieldsOf(std::string_view text, std::string_view message) {
  std::vector<WireField> fields;
  if (ScanFields(text, message, kMostFields, fields) != FieldScan::kWhole) return std::nullopt;
  return fields;
}

// Whether every field is a text or message with a number up to `last`.
bool OnlyBytesUpTo(const std::vector<WireField>& fields, std::uint32_t last) {
  return std::all_of(fields.begin(), fields.end(), [last](const WireField& field) {
    return field.type == WireType::kBytes && field.number <= last;
  });
}

struct Wrapped {
  std::string_view error;
  std::string_view answer;
};

// Nothing when the message is no ModelStreamInferResponse. A text in the place of the wrapped
// answer is one in which no such fields are.
std::optional<Wrapped> Unwrap(std::string_view text, std::string_view message) {
  const auto fields = FieldsOf(text, message);
  if (!fields || !OnlyBytesUpTo(*fields, kInferResponse)) return std::nullopt;
  Wrapped wrapped;
  for (const WireField& field : *fields) {
    (field.number == kErrorMessage ? wrapped.error : wrapped.answer) = field.Bytes(text);
  }
  const auto inner = FieldsOf(text, wrapped.answer);
  if (!inner || !OnlyBytesUpTo(*inner, kLastKnown)) return std::nullopt;
  return wrapped;
}

// An answer without outputs that says it is the last.
bool IsEndMarker(std::string_view text, std::string_view answer) {
  const auto fields = FieldsOf(text, answer);
  if (!fields) return false;
  bool is_final = false;
  for (const WireField& field : *fields) {
    if (field.number == kOutputs) return false;
    if (field.number != kParameters || field.type != WireType::kBytes) continue;
    const auto entry = FieldsOf(text, field.Bytes(text));
    if (!entry) continue;
    for (const WireField& part : *entry) {
      const bool is_key = part.number == 1 && part.type == WireType::kBytes;
      is_final = is_final || (is_key && part.Bytes(text) == kFinal);
    }
  }
  return is_final;
}

}  // namespace

std::string_view InferIdOf(std::string_view text, std::string_view message) {
  const auto fields = FieldsOf(text, message);
  std::string_view id;
  if (!fields) return id;
  for (const WireField& field : *fields) {
    if (field.number == kId && field.type == WireType::kBytes) id = field.Bytes(text);
  }
  return id;
}

InferStream ReadInferStream(std::string_view text, const std::vector<std::string_view>& messages,
                            const std::vector<std::string>& request_ids) {
  InferStream stream;
  std::vector<Wrapped> wrapped;
  for (const std::string_view message : messages) {
    const auto one = Unwrap(text, message);
    if (!one) break;
    wrapped.push_back(*one);
  }
  if (wrapped.size() == messages.size()) {
    for (const Wrapped& one : wrapped) {
      if (!one.error.empty() && stream.failure.empty()) stream.failure = ShownText(one.error);
      if (one.error.empty()) stream.answers.push_back(one.answer);
    }
  } else {
    stream.answers = messages;
  }
  std::erase_if(stream.answers,
                [text](std::string_view answer) { return IsEndMarker(text, answer); });
  if (request_ids.size() < 2) return stream;
  const auto place = [&](std::string_view answer) {
    return std::find(request_ids.begin(), request_ids.end(), InferIdOf(text, answer)) -
           request_ids.begin();
  };
  std::vector<std::pair<std::ptrdiff_t, std::string_view>> placed;
  for (const std::string_view answer : stream.answers) placed.emplace_back(place(answer), answer);
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < placed.size(); ++i) stream.answers[i] = placed[i].second;
  return stream;
}

}  // namespace understudy
