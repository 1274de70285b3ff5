// Capping, and reading yes and no.
#include "proxy/flow/answer_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

// As share of the cap; nothing for what is no number, negative or infinite.
std::optional<double> Share(const AnswerField& field, double cap) {
  if (!field.number || !std::isfinite(*field.number) || *field.number < 0) return std::nullopt;
  return std::min(1.0, *field.number / cap);
}

// Numbers as the configuration would write them: 1, 0.5.
std::optional<std::string> TextOf(const AnswerField& field) {
  if (field.text) return field.text;
  if (field.number) return fmt::format("{}", *field.number);
  return std::nullopt;
}

}  // namespace

std::vector<SampleValue> ValuesOf(const Route& route, const std::vector<FieldPair>& fields) {
  std::vector<SampleValue> values;
  for (std::size_t i = 0; i < route.values.size() && i < fields.size(); ++i) {
    SampleValue value{static_cast<std::uint16_t>(i)};
    const auto incumbent = Share(fields[i].first, route.values[i].cap);
    const auto candidate = Share(fields[i].second, route.values[i].cap);
    if (incumbent && candidate) {
      value.present = true;
      value.incumbent = *incumbent;
      value.candidate = *candidate;
    }
    values.push_back(value);
  }
  return values;
}

std::optional<SampleDecision> DecisionOf(const Route& route, const std::vector<FieldPair>& fields) {
  if (!route.decision || fields.empty()) return std::nullopt;
  const auto incumbent = TextOf(fields.back().first);
  const auto candidate = TextOf(fields.back().second);
  if (!incumbent || !candidate) return std::nullopt;
  const auto says_yes = [&](const std::string& text) {
    const auto& yes = route.decision->yes;
    return std::find(yes.begin(), yes.end(), text) != yes.end();
  };
  return SampleDecision{says_yes(*incumbent), says_yes(*candidate)};
}

}  // namespace understudy
