// Capping, and reading yes and no.
#include "proxy/flow/answer_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace understudy {
namespace {

using Numbers = std::pair<std::optional<double>, std::optional<double>>;

// Nothing for what is negative or infinite.
std::optional<double> Usable(std::optional<double> number) {
  if (!number || !std::isfinite(*number) || *number < 0) return std::nullopt;
  return number;
}

std::optional<double> Measured(const ValueRule& rule, const AnswerMeasures& measures) {
  if (rule.measure == "cost") return CostOf(measures, {rule.input_price, rule.output_price});
  return measures.Get(rule.measure);
}

Numbers MeasuredOf(const ValueRule& rule, const PairScore& score) {
  if (!score.measures) return {};
  return {Measured(rule, score.measures->first), Measured(rule, score.measures->second)};
}

// Numbers as the configuration would write them: 1, 0.5.
std::optional<std::string> TextOf(const AnswerField& field) {
  if (field.text) return field.text;
  if (field.number) return fmt::format("{}", *field.number);
  return std::nullopt;
}

}  // namespace

Duration FromMilliseconds(double milliseconds) {
  constexpr double kLongest = 1e12;  // 30 years; the bound keeps the conversion defined
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::milli>(std::min(milliseconds, kLongest)));
}

std::vector<SampleValue> ValuesOf(const Route& route, const PairScore& score) {
  std::vector<SampleValue> values;
  std::size_t field = 0;
  for (std::size_t i = 0; i < route.values.size(); ++i) {
    const ValueRule& rule = route.values[i];
    Numbers numbers;
    if (!rule.measure.empty()) {
      numbers = MeasuredOf(rule, score);
    } else if (field < score.fields.size()) {
      numbers = {score.fields[field].first.number, score.fields[field].second.number};
      ++field;
    }
    SampleValue value{static_cast<std::uint16_t>(i)};
    const auto incumbent = Usable(numbers.first);
    const auto candidate = Usable(numbers.second);
    if (incumbent && candidate) {
      value.present = true;
      value.incumbent = std::min(1.0, *incumbent / rule.cap);
      value.candidate = std::min(1.0, *candidate / rule.cap);
      if (rule.IsTime()) {
        value.incumbent_time = FromMilliseconds(*incumbent);
        value.candidate_time = FromMilliseconds(*candidate);
      }
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
