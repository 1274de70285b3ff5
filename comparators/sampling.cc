// Reading the request's parameters.
#include "comparators/sampling.h"

#include <algorithm>
#include <optional>

namespace understudy {
namespace {

bool Same(JsonValue given, std::string_view wanted) {
  const auto document = Document::Parse(wanted);
  if (!document.ok()) return false;
  const JsonValue value = (*document)->root();
  if (given.is_number() && value.is_number()) return given.AsDouble() == value.AsDouble();
  if (given.is_string() && value.is_string()) return given.AsString() == value.AsString();
  return given.kind() == value.kind() && !given.is_number() && !given.is_string();
}

bool Holds(const RequestCondition& condition, const Document& request) {
  const std::optional<JsonValue> given = request.At(condition.pointer);
  if (!given || given->kind() == JsonKind::kNull) return condition.when_absent;
  return given->is_scalar() && Same(*given, condition.equals);
}

}  // namespace

Sampling SamplingOf(std::string_view request_body, const std::vector<RequestCondition>& greedy) {
  if (greedy.empty()) return Sampling::kGreedy;
  const auto request = Document::Parse(request_body);
  if (!request.ok()) return Sampling::kSampled;
  const bool any = std::any_of(greedy.begin(), greedy.end(),
                               [&](const RequestCondition& one) { return Holds(one, **request); });
  return any ? Sampling::kGreedy : Sampling::kSampled;
}

}  // namespace understudy
