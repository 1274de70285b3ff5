// Values by type and format.
#include "proxy/control/config_value.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <vector>

#include "proxy/control/config_format.h"
#include "proxy/control/config_json.h"
#include "proxy/control/config_suggest.h"

namespace understudy {
namespace {

using Rule = v1::ConfigRule;

const Rule& RuleOf(const google::protobuf::FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule);
}

}  // namespace

bool ConfigValues::Set(const YamlNode& node, google::protobuf::Message& into,
                       const google::protobuf::FieldDescriptor& field, const std::string& path) {
  if (field.type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
    const std::optional<std::string> text = Text(node, field, path);
    if (!text || !InRange(node, field, path)) return false;
    into.GetReflection()->SetString(&into, &field, *text);
    return true;
  }
  if (field.type() != google::protobuf::FieldDescriptor::TYPE_BOOL)
    return SetNumber(node, into, field, path);
  const bool plain = node.kind == YamlNode::Kind::kScalar && (!node.quoted || node.expanded);
  if (!plain || (node.text != "true" && node.text != "false")) {
    Fault(path, node.place,
          fmt::format("expected true or false for '{}', got {}{}", field.name(), node.Shown(),
                      node.quoted ? " in quotes" : ""));
    return false;
  }
  into.GetReflection()->SetBool(&into, &field, node.text == "true");
  return true;
}

bool ConfigValues::SetNumber(const YamlNode& node, google::protobuf::Message& into,
                             const google::protobuf::FieldDescriptor& field,
                             const std::string& path) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [at, error] = std::from_chars(node.text.data(), end, value);
  const bool plain = node.kind == YamlNode::Kind::kScalar && (!node.quoted || node.expanded);
  if (!plain || error != std::errc() || at != end) {
    Fault(path, node.place,
          fmt::format("expected a whole number for '{}', got {}{}", field.name(), node.Shown(),
                      node.kind == YamlNode::Kind::kScalar && node.quoted ? " in quotes" : ""));
    return false;
  }
  const Rule& rule = RuleOf(field);
  const std::int64_t min = rule.min().empty() ? 0 : std::stoll(rule.min());
  const std::int64_t max = std::stoll(rule.max());
  if (value < min || value > max) {
    Fault(path, node.place,
          fmt::format("'{}' must be from {} to {}, not {}", field.name(), min, max, node.Shown()));
    return false;
  }
  const auto* reflection = into.GetReflection();
  if (field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_UINT64) {
    reflection->SetUInt64(&into, &field, static_cast<std::uint64_t>(value));
  } else if (field.cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_UINT32) {
    reflection->SetUInt32(&into, &field, static_cast<std::uint32_t>(value));
  } else {
    reflection->SetInt32(&into, &field, static_cast<std::int32_t>(value));
  }
  return true;
}

std::optional<std::string> ConfigValues::Text(const YamlNode& node,
                                              const google::protobuf::FieldDescriptor& field,
                                              const std::string& path) {
  if (node.faulty) {
    source_.MarkFaulty(path);
    return std::nullopt;
  }
  const Rule& rule = RuleOf(field);
  if (rule.format() == Rule::JSON_VALUE) return JsonOf(node);
  if (rule.format() == Rule::JSON_OBJECT && node.kind == YamlNode::Kind::kMap) return JsonOf(node);
  const bool is_text = node.kind == YamlNode::Kind::kScalar && rule.format() != Rule::JSON_OBJECT;
  if (is_text && rule.format() == Rule::CHOICE) {
    const std::vector<std::string> choices(rule.choices().begin(), rule.choices().end());
    for (const std::string& choice : choices) {
      if (choice == node.text) return node.text;
    }
    const std::string nearest = NearestKey(node.expanded ? "" : node.text, choices);
    Fault(path, node.place,
          fmt::format("'{}' must be one of {}, not {}{}", field.name(), fmt::join(choices, ", "),
                      node.Shown(), nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
    return std::nullopt;
  }
  if (is_text && IsWrittenAs(rule.format(), node.text)) return node.text;
  Fault(path, node.place,
        fmt::format("expected {} for '{}', got {}", Expected(rule.format()), field.name(),
                    node.Shown()));
  return std::nullopt;
}

bool ConfigValues::InRange(const YamlNode& node, const google::protobuf::FieldDescriptor& field,
                           const std::string& path) {
  const Rule& rule = RuleOf(field);
  const std::optional<double> value = Magnitude(rule.format(), node.text);
  if (!value) return true;
  std::string max = rule.max();
  if (max.empty() && rule.format() == Rule::DURATION) max = "3650d";
  if (max.empty() && rule.format() == Rule::SIZE) max = "1024TiB";
  const double lowest = Magnitude(rule.format(), rule.min()).value_or(0);
  const double highest =
      Magnitude(rule.format(), max).value_or(std::numeric_limits<double>::infinity());
  const bool high_enough = rule.above_min() ? *value > lowest : *value >= lowest;
  const bool low_enough = rule.below_max() ? *value < highest : *value <= highest;
  if (high_enough && low_enough) return true;
  std::string claim = fmt::format("{} {}", rule.below_max() ? "below" : "at most", max);
  if (!rule.min().empty()) {
    claim = fmt::format("{} {} and {}", rule.above_min() ? "above" : "at least", rule.min(), claim);
  }
  // "5" for "5%" is the usual slip.
  const bool percent = rule.format() == Rule::SHARE && !low_enough && *value <= 100 &&
                       !node.expanded && node.text.back() != '%';
  Fault(path, node.place,
        fmt::format("'{}' must be {}, not {}{}", field.name(), claim, node.Shown(),
                    percent ? "; did you mean '" + node.text + "%'?" : ""));
  return false;
}

}  // namespace understudy
