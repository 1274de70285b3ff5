// What each keyword of a schema takes.
#include <re2/re2.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "comparators/schema_reader.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::pair<std::string_view, std::uint8_t> kTypes[] = {
    {"null", kTypeNull},       {"boolean", kTypeBoolean},
    {"integer", kTypeInteger}, {"number", kTypeInteger | kTypeNumber},
    {"string", kTypeString},   {"array", kTypeArray},
    {"object", kTypeObject},
};
constexpr std::int64_t kPatternMemory = 1 << 20;  // bytes; bounds what repetitions may cost
constexpr double kMaxCount = 9007199254740992;    // 2^53

// JavaScript writes a code point as \uXXXX, RE2 as \x{XXXX}.
std::string ForRe2(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '\\' || i + 1 == pattern.size()) {
      out += pattern[i];
    } else if (pattern[i + 1] == 'u' && i + 6 <= pattern.size()) {
      out += fmt::format("\\x{{{}}}", pattern.substr(i + 2, 4));
      i += 5;
    } else {
      out += pattern.substr(i++, 2);
    }
  }
  return out;
}

}  // namespace

const absl::flat_hash_map<std::string_view, SchemaReader::Read>& SchemaReader::Readings() {
  using R = SchemaReader;
  using N = SchemaNode;
  using B = CountBounds;
  static const absl::flat_hash_map<std::string_view, Read> kReadings = {
      {"$id", &R::Id},
      {"$ref", &R::Ref},
      {"type", &R::Type},
      {"enum", &R::Enum},
      {"const", &R::Const},
      {"allOf", &R::ManyAt<&N::all>},
      {"anyOf", &R::ManyAt<&N::any>},
      {"oneOf", &R::ManyAt<&N::one>},
      {"not", &R::OneAt<&N::negated>},
      {"if", &R::OneAt<&N::condition>},
      {"then", &R::OneAt<&N::consequence>},
      {"else", &R::OneAt<&N::alternative>},
      {"minimum", &R::NumberAt<&N::minimum>},
      {"maximum", &R::NumberAt<&N::maximum>},
      {"exclusiveMinimum", &R::NumberAt<&N::above>},
      {"exclusiveMaximum", &R::NumberAt<&N::below>},
      {"multipleOf", &R::MultipleOf},
      {"minLength", &R::CountAt<&N::length, &B::least>},
      {"maxLength", &R::CountAt<&N::length, &B::most>},
      {"pattern", &R::PatternAt},
      {"prefixItems", &R::ManyAt<&N::first_elements>},
      {"items", &R::OneAt<&N::other_elements>},
      {"contains", &R::OneAt<&N::contains>},
      {"minContains", &R::CountAt<&N::contained, &B::least>},
      {"maxContains", &R::CountAt<&N::contained, &B::most>},
      {"minItems", &R::CountAt<&N::elements, &B::least>},
      {"maxItems", &R::CountAt<&N::elements, &B::most>},
      {"uniqueItems", &R::UniqueItems},
      {"properties", &R::Properties},
      {"patternProperties", &R::PatternProperties},
      {"additionalProperties", &R::OneAt<&N::other_properties>},
      {"propertyNames", &R::OneAt<&N::property_names>},
      {"minProperties", &R::CountAt<&N::members, &B::least>},
      {"maxProperties", &R::CountAt<&N::members, &B::most>},
      {"required", &R::Required},
      {"dependentRequired", &R::DependentRequired},
      {"dependentSchemas", &R::DependentSchemas},
      {"$dynamicRef", &R::Unsupported},
      {"$recursiveRef", &R::Unsupported},
      {"unevaluatedItems", &R::Unsupported},
      {"unevaluatedProperties", &R::Unsupported},
      {"additionalItems", &R::Unsupported},
      {"dependencies", &R::Unsupported},
      {"nullable", &R::Unsupported},
      // Read where a reference leads there.
      {"$defs", &R::Annotation},
      {"definitions", &R::Annotation},
      {"$schema", &R::Annotation},
      {"$vocabulary", &R::Annotation},
      {"$anchor", &R::Annotation},
      {"$dynamicAnchor", &R::Annotation},
      {"$comment", &R::Annotation},
      {"title", &R::Annotation},
      {"description", &R::Annotation},
      {"default", &R::Annotation},
      {"example", &R::Annotation},
      {"examples", &R::Annotation},
      {"deprecated", &R::Annotation},
      {"readOnly", &R::Annotation},
      {"writeOnly", &R::Annotation},
      {"format", &R::Annotation},
      {"contentEncoding", &R::Annotation},
      {"contentMediaType", &R::Annotation},
      {"contentSchema", &R::Annotation},
      {"discriminator", &R::Annotation},
  };
  return kReadings;
}

absl::Status SchemaReader::One(const Keyword& keyword, std::optional<SchemaId>& out) {
  out = IdOf(keyword.value, keyword.pointer);
  return absl::OkStatus();
}

absl::Status SchemaReader::Many(const Keyword& keyword, std::vector<SchemaId>& out) {
  if (keyword.value.size() == 0 || !keyword.value.is_array()) {
    return Fault(keyword, "must be a list of schemas");
  }
  keyword.value.ForEachElement([&](JsonValue schema) {
    out.push_back(IdOf(schema, fmt::format("{}/{}", keyword.pointer, out.size())));
  });
  return absl::OkStatus();
}

absl::Status SchemaReader::Number(const Keyword& keyword, std::optional<JsonValue>& out) {
  if (!std::isfinite(keyword.value.AsDouble())) return Fault(keyword, "must be a number");
  out = keyword.value;
  return absl::OkStatus();
}

absl::Status SchemaReader::Count(const Keyword& keyword, std::uint64_t& out) {
  const double number = keyword.value.AsDouble();
  if (!(number >= 0 && number <= kMaxCount && number == std::floor(number))) {
    return Fault(keyword, "must be a whole number of 0 or more");
  }
  out = static_cast<std::uint64_t>(number);
  return absl::OkStatus();
}

absl::Status SchemaReader::Texts(const Keyword& keyword, JsonValue value,
                                 std::vector<std::string_view>& out) {
  bool good = value.is_array();
  value.ForEachElement([&](JsonValue text) {
    good = good && text.is_string();
    if (good) out.push_back(text.AsString());
  });
  return good ? absl::OkStatus() : Fault(keyword, "must have lists of names");
}

absl::StatusOr<std::shared_ptr<const re2::RE2>> SchemaReader::Pattern(const Keyword& keyword,
                                                                      std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemory);
  const std::string pattern = ForRe2(text);
  auto compiled =
      std::make_shared<const re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (compiled->ok()) return compiled;
  return Fault(keyword, fmt::format("has a pattern that RE2 does not read ({})",
                                    ShownText(compiled->error(), 64)));
}

absl::Status SchemaReader::Annotation(const Keyword&, SchemaNode&) { return absl::OkStatus(); }

absl::Status SchemaReader::Unsupported(const Keyword& keyword, SchemaNode&) {
  return Fault(keyword, "is not supported; write it with the keywords of draft 2020-12 that are");
}

absl::Status SchemaReader::Id(const Keyword& keyword, SchemaNode&) {
  if (!keyword.value.is_string()) return Fault(keyword, "must be a text");
  if (keyword.pointer != "/$id") return Fault(keyword, "is allowed at the root alone");
  return absl::OkStatus();
}

absl::Status SchemaReader::Ref(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_string()) return Fault(keyword, "must be a text");
  auto target = Target(keyword);
  if (!target.ok()) return target.status();
  node.all.push_back(IdOf(target->first, std::move(target->second)));
  return absl::OkStatus();
}

absl::Status SchemaReader::Type(const Keyword& keyword, SchemaNode& node) {
  node.types = 0;
  bool good = keyword.value.is_string() || keyword.value.size() > 0;
  const auto add = [&](JsonValue name) {
    std::uint8_t bits = 0;
    for (const auto& [type, type_bits] : kTypes) {
      if (name.is_string() && name.AsString() == type) bits = type_bits;
    }
    good = good && bits != 0;
    node.types |= bits;
  };
  if (keyword.value.is_array()) {
    keyword.value.ForEachElement(add);
  } else {
    add(keyword.value);
  }
  if (good) return absl::OkStatus();
  return Fault(keyword,
               "must be one or a list of null, boolean, integer, number, string, array, "
               "object");
}

absl::Status SchemaReader::Enum(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_array()) return Fault(keyword, "must be a list");
  node.allowed = keyword.value;
  return absl::OkStatus();
}

absl::Status SchemaReader::Const(const Keyword& keyword, SchemaNode& node) {
  node.constant = keyword.value;
  return absl::OkStatus();
}

absl::Status SchemaReader::MultipleOf(const Keyword& keyword, SchemaNode& node) {
  if (!(keyword.value.AsDouble() > 0)) return Fault(keyword, "must be a number above 0");
  return Number(keyword, node.multiple_of);
}

absl::Status SchemaReader::PatternAt(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_string()) return Fault(keyword, "must be a text");
  auto pattern = Pattern(keyword, keyword.value.AsString());
  if (pattern.ok()) node.pattern = *std::move(pattern);
  return pattern.status();
}

absl::Status SchemaReader::UniqueItems(const Keyword& keyword, SchemaNode& node) {
  node.unique = keyword.value.kind() == JsonKind::kTrue;
  return keyword.value.is_bool() ? absl::OkStatus() : Fault(keyword, "must be true or false");
}

absl::Status SchemaReader::Properties(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_object()) return Fault(keyword, "must be an object of schemas");
  keyword.value.ForEachMember([&](std::string_view name, JsonValue schema) {
    std::string pointer = keyword.pointer;
    AppendPointerSegment(name, pointer);
    node.properties[name].schema = IdOf(schema, std::move(pointer));
  });
  return absl::OkStatus();
}

absl::Status SchemaReader::PatternProperties(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_object()) return Fault(keyword, "must be an object of schemas");
  absl::Status status;
  keyword.value.ForEachMember([&](std::string_view name, JsonValue schema) {
    auto pattern = Pattern(keyword, name);
    status.Update(pattern.status());
    if (!pattern.ok()) return;
    std::string pointer = keyword.pointer;
    AppendPointerSegment(name, pointer);
    node.patterns.emplace_back(*std::move(pattern), IdOf(schema, std::move(pointer)));
  });
  return status;
}

absl::Status SchemaReader::Required(const Keyword& keyword, SchemaNode& node) {
  std::vector<std::string_view> names;
  absl::Status status = Texts(keyword, keyword.value, names);
  for (const std::string_view name : names) {
    bool& required = node.properties[name].required;
    if (!std::exchange(required, true)) node.required.push_back(name);
  }
  return status;
}

absl::Status SchemaReader::DependentRequired(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_object()) return Fault(keyword, "must be an object of lists of names");
  absl::Status status;
  keyword.value.ForEachMember([&](std::string_view name, JsonValue names) {
    status.Update(Texts(keyword, names, node.required_with.emplace_back(name, 0).second));
  });
  return status;
}

absl::Status SchemaReader::DependentSchemas(const Keyword& keyword, SchemaNode& node) {
  if (!keyword.value.is_object()) return Fault(keyword, "must be an object of schemas");
  keyword.value.ForEachMember([&](std::string_view name, JsonValue schema) {
    std::string pointer = keyword.pointer;
    AppendPointerSegment(name, pointer);
    node.schema_with.emplace_back(name, IdOf(schema, std::move(pointer)));
  });
  return absl::OkStatus();
}

}  // namespace understudy
