// Following a compiled schema through a value: types, numbers, strings and what schemas say of the
// same value.
#include "comparators/schema_check.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "comparators/json_diff.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::uint64_t kAllSteps = std::numeric_limits<std::uint64_t>::max();
constexpr int kMaxDepth = 1'000;
constexpr std::uint64_t kDiffSteps = 32;  // that a JsonDiff costs whatever it compares
constexpr std::size_t kShownValue = 64;

bool IsInteger(JsonValue value) {
  if (value.kind() == JsonKind::kBig) {
    return value.AsString().find_first_of(".eE") == std::string_view::npos;
  }
  const double number = value.AsDouble();
  return value.is_integer() || (std::isfinite(number) && number == std::floor(number));
}

std::uint8_t TypesOf(JsonValue value) {
  if (value.is_number()) return IsInteger(value) ? kTypeInteger | kTypeNumber : kTypeNumber;
  if (value.is_bool()) return kTypeBoolean;
  if (value.is_string()) return kTypeString;
  if (value.is_array()) return kTypeArray;
  return value.is_object() ? kTypeObject : kTypeNull;
}

std::string NamesOf(std::uint8_t types) {
  static constexpr std::pair<std::uint8_t, std::string_view> kNames[] = {
      {kTypeNull, "null"},     {kTypeBoolean, "a boolean"}, {kTypeNumber, "a number"},
      {kTypeString, "a text"}, {kTypeArray, "a list"},      {kTypeObject, "an object"},
  };
  std::string names;
  const auto add = [&](std::string_view name) {
    names += fmt::format("{}{}", names.empty() ? "" : " or ", name);
  };
  if ((types & (kTypeInteger | kTypeNumber)) == kTypeInteger) add("an integer");
  for (const auto& [type, name] : kNames) {
    if ((types & type) != 0) add(name);
  }
  return names;
}

// -1, 0 or 1: integers of 64 bits exactly, others as the nearest doubles. 2: one is not a number.
int Compare(JsonValue a, JsonValue b) {
  if (SameNumber(a, b)) return 0;
  if (a.is_integer() && b.is_integer()) {
    const bool a_large = a.kind() == JsonKind::kUint;
    const bool b_large = b.kind() == JsonKind::kUint;
    if (a_large != b_large) return a_large ? 1 : -1;
    if (a_large) {
      return a.node().payload.unsigned_integer < b.node().payload.unsigned_integer ? -1 : 1;
    }
    return a.node().payload.signed_integer < b.node().payload.signed_integer ? -1 : 1;
  }
  const double x = a.AsDouble();
  const double y = b.AsDouble();
  if (std::isnan(x) || std::isnan(y)) return 2;
  return x < y ? -1 : x > y ? 1 : 0;
}

// Decimals have no exact binary form, so what their rounding explains is let pass.
bool IsMultiple(double number, double step) {
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(number);
  const double tolerance = rounding < step / 4 ? std::max(rounding, step * 1e-9) : step * 1e-9;
  return std::abs(std::remainder(number, step)) <= tolerance;
}

bool IsMultiple(JsonValue value, JsonValue divisor) {
  if (value.kind() == JsonKind::kInt && divisor.kind() == JsonKind::kInt) {
    return value.node().payload.signed_integer % divisor.node().payload.signed_integer == 0;
  }
  const double number = value.AsDouble();
  const double step = divisor.AsDouble();
  if (!std::isfinite(number)) return false;
  // Every integer is one of a fraction like 1e-8, however large.
  return IsMultiple(number, step) || (IsInteger(value) && IsMultiple(1.0, step));
}

std::uint64_t CodePoints(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

absl::StatusOr<std::optional<SchemaFault>> SchemaCheck::Run(JsonValue value) {
  const bool valid = Valid(0, value);
  if (budget_.spent()) {
    return absl::ResourceExhaustedError("checking the answer against the schema takes too long");
  }
  if (!valid && !fault_) fault_ = SchemaFault{"", "is not valid"};
  return valid ? std::nullopt : std::move(fault_);
}

bool SchemaCheck::Tried(SchemaId id, JsonValue value) {
  ++tries_;
  const bool valid = Valid(id, value);
  --tries_;
  return valid;
}

bool SchemaCheck::Equal(JsonValue a, JsonValue b) {
  static const JsonRules kExact;
  if (a.is_scalar() || b.is_scalar()) {
    if (!budget_.Spend(1 + (a.is_string() ? a.AsString().size() / 64 : 0))) return false;
    if (a.is_number() && b.is_number()) return SameNumber(a, b);
    return a.kind() == b.kind() && (!a.is_string() || a.AsString() == b.AsString());
  }
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  const auto nodes = [](JsonValue v) { return v.document().Next(v.index()) - v.index(); };
  if (!budget_.Spend(kDiffSteps + nodes(a) + nodes(b))) return false;
  JsonDiff diff(kExact, a, b, {});
  return diff.Run().ok() && diff.different() == 0;
}

bool SchemaCheck::Matches(const re2::RE2& pattern, std::string_view text) {
  const auto program = static_cast<std::uint64_t>(std::max(1, pattern.ProgramSize()));
  if (!budget_.Spend(1 + text.size() * program / 8)) return false;
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool SchemaCheck::Valid(SchemaId id, JsonValue value) {
  if (value.ignored()) return true;
  if (!budget_.Spend(depth_ < kMaxDepth ? 1 : kAllSteps)) return false;
  const SchemaNode& node = schema_.nodes[id];
  if (node.never) return Fault([] { return std::string("is not allowed"); });
  if ((TypesOf(value) & node.types) == 0) {
    return Fault([&] {
      return fmt::format("must be {}, it is {}", NamesOf(node.types),
                         RenderJson(value, kShownValue));
    });
  }
  ++depth_;
  bool valid = ValidInPlace(node, value);
  if (valid && value.is_number()) valid = ValidNumber(node, value);
  if (valid && value.is_string()) valid = ValidString(node, value);
  if (valid && value.is_array()) valid = ValidArray(node, value);
  if (valid && value.is_object()) valid = ValidObject(node, value);
  --depth_;
  return valid;
}

bool SchemaCheck::ValidInPlace(const SchemaNode& node, JsonValue value) {
  if (node.constant && !Equal(*node.constant, value)) {
    return Fault([&] {
      return fmt::format("must be {}, it is {}", RenderJson(*node.constant, kShownValue),
                         RenderJson(value, kShownValue));
    });
  }
  if (node.allowed) {
    bool found = false;
    node.allowed->ForEachElement([&](JsonValue one) { found = found || Equal(one, value); });
    if (!found) {
      return Fault([&] {
        return fmt::format("must be one of {}, it is {}", RenderJson(*node.allowed, kShownValue),
                           RenderJson(value, kShownValue));
      });
    }
  }
  for (const SchemaId id : node.all) {
    if (!Valid(id, value)) return false;
  }
  return ValidAlternatives(node, value);
}

bool SchemaCheck::ValidAlternatives(const SchemaNode& node, JsonValue value) {
  const auto tried = [&](SchemaId id) { return Tried(id, value); };
  if (!node.any.empty() && !std::any_of(node.any.begin(), node.any.end(), tried)) {
    return Fault([&] {
      return fmt::format("must be what one of anyOf says, it is {}",
                         RenderJson(value, kShownValue));
    });
  }
  if (!node.one.empty()) {
    const auto valid = std::count_if(node.one.begin(), node.one.end(), tried);
    if (valid != 1) {
      return Fault([&] {
        return fmt::format("must be what exactly one of oneOf says, {} do; it is {}", valid,
                           RenderJson(value, kShownValue));
      });
    }
  }
  if (node.negated && Tried(*node.negated, value)) {
    return Fault([&] {
      return fmt::format("must not be what \"not\" says, it is {}", RenderJson(value, kShownValue));
    });
  }
  if (!node.condition) return true;
  const std::optional<SchemaId> next =
      Tried(*node.condition, value) ? node.consequence : node.alternative;
  return !next || Valid(*next, value);
}

bool SchemaCheck::ValidNumber(const SchemaNode& node, JsonValue value) {
  const auto bound = [&](const std::optional<JsonValue>& limit, bool good, std::string_view must) {
    if (!limit || good) return true;
    return Fault([&] {
      return fmt::format("must be {} {}, it is {}", must, RenderJson(*limit, kShownValue),
                         RenderJson(value, kShownValue));
    });
  };
  const auto order = [&](const std::optional<JsonValue>& limit) {
    return limit ? Compare(value, *limit) : 0;
  };
  const auto within = [](int x, int least, int most) { return x >= least && x <= most; };
  return bound(node.minimum, within(order(node.minimum), 0, 1), "at least") &&
         bound(node.maximum, within(order(node.maximum), -1, 0), "at most") &&
         bound(node.above, order(node.above) == 1, "above") &&
         bound(node.below, order(node.below) == -1, "below") &&
         bound(node.multiple_of, !node.multiple_of || IsMultiple(value, *node.multiple_of),
               "a multiple of");
}

bool SchemaCheck::ValidString(const SchemaNode& node, JsonValue value) {
  const std::string_view text = value.AsString();
  const CountBounds any;
  if (node.length.least != any.least || node.length.most != any.most) {
    if (!budget_.Spend(text.size() / 64)) return false;
    const std::uint64_t length = CodePoints(text);
    if (length < node.length.least || length > node.length.most) {
      return Fault([&] { return fmt::format("must not have {} characters", length); });
    }
  }
  if (node.pattern != nullptr && !Matches(*node.pattern, text)) {
    return Fault([&] {
      return fmt::format("must match \"{}\", it is {}", ShownText(node.pattern->pattern(), 64),
                         RenderJson(value, kShownValue));
    });
  }
  return true;
}

}  // namespace understudy
