// The JSON Schema.
#include "proxy/control/config_schema.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "proxy/control/config_json.h"
#include "proxy/control/config_reader.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Rule = v1::ConfigRule;

constexpr std::string_view kExpansion = R"(\$\{)";

const Rule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::rule); }

void Collect(const Descriptor& type, std::vector<const Descriptor*>& into) {
  if (std::find(into.begin(), into.end(), &type) != into.end()) return;
  into.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type() != nullptr && !field.is_map()) Collect(*field.message_type(), into);
  }
}

// The keywords for one scalar of a format, without braces. The patterns are what an editor needs to
// warn; the reader is stricter (ranges with units, host names).
std::string ScalarKeywords(Rule::Format format) {
  const auto pattern = [](std::string_view types, std::string_view regex) {
    return fmt::format(R"("type": {}, "pattern": {})", types,
                       JsonString(fmt::format("{}|{}", regex, kExpansion)));
  };
  switch (format) {
    case Rule::NAME:
      return pattern(R"(["string", "number"])", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$");
    case Rule::DURATION:
      return pattern(R"(["string", "integer"])", R"(^(0|[0-9]+(\.[0-9]+)?(us|ms|s|m|h|d))$)");
    case Rule::SIZE:
      return pattern(R"(["string", "integer"])", R"(^[0-9]+(\.[0-9]+)?(B|KiB|MiB|GiB|TiB)?$)");
    case Rule::SHARE:
      return pattern(R"(["string", "number"])", R"(^[0-9]+(\.[0-9]+)?%?$)");
    case Rule::RATIO:
      return pattern(R"(["string", "number"])", R"(^[0-9]+(\.[0-9]+)?$)");
    case Rule::DATE:
      return pattern(R"("string")", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    case Rule::ACCESS:
      return pattern(R"(["string", "number"])", R"(^(all|errors|off|[0-9]+(\.[0-9]+)?%?)$)");
    case Rule::LISTEN_ADDRESS:
    case Rule::ENDPOINT:
      return pattern(R"("string")", R"(^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$)");
    case Rule::HEADER_NAME:
    case Rule::METHOD:
      return pattern(R"("string")", R"(^[!#$%&'*+.^_`|~0-9A-Za-z-]+$)");
    case Rule::PATH:
    case Rule::JSON_POINTER:
      return pattern(R"("string")", "^/");
    case Rule::PATTERN:
      return pattern(R"("string")", "^/.");
    case Rule::JSON_OBJECT:
      return R"("type": "object")";
    case Rule::JSON_VALUE:
      return "";
    default:
      return R"("type": ["string", "number", "boolean"])";
  }
}

std::string ChoiceKeywords(const Rule& rule) {
  std::string values;
  for (const std::string& choice : rule.choices()) {
    values += (values.empty() ? "" : ", ") + JsonString(choice);
  }
  return fmt::format(R"("anyOf": [{{"enum": [{}]}}, {{"type": "string", "pattern": {}}}])", values,
                     JsonString(kExpansion));
}

// The keywords for one value of the field: of an item when it is a list.
std::string ValueKeywords(const FieldDescriptor& field) {
  const Rule& rule = RuleOf(field);
  if (field.message_type() != nullptr && !field.is_map()) {
    return fmt::format(R"("$ref": "#/$defs/{}")", field.message_type()->name());
  }
  if (field.type() == FieldDescriptor::TYPE_BOOL) {
    return fmt::format(R"("type": ["boolean", "string"], "pattern": {})", JsonString(kExpansion));
  }
  if (field.type() != FieldDescriptor::TYPE_STRING && !field.is_map()) {
    return fmt::format(
        R"("type": ["integer", "string"], "pattern": {}, "minimum": {}, "maximum": {})",
        JsonString(kExpansion), rule.min().empty() ? "0" : rule.min(), rule.max());
  }
  return rule.format() == Rule::CHOICE ? ChoiceKeywords(rule) : ScalarKeywords(rule.format());
}

std::string FieldSchema(const FieldDescriptor& field) {
  const Rule& rule = RuleOf(field);
  std::string keywords = ValueKeywords(field);
  if (field.is_map()) {
    keywords = fmt::format(R"("type": "object", "propertyNames": {{{}}}, )"
                           R"("additionalProperties": {{{}}}, "maxProperties": {})",
                           ScalarKeywords(rule.key_format()), keywords, kMostConfigItems);
  } else if (field.is_repeated()) {
    keywords = fmt::format(R"("type": "array", "items": {{{}}}, "minItems": {}, "maxItems": {})",
                           keywords, rule.required() ? 1 : 0, kMostConfigItems);
  }
  if (!rule.default_text().empty()) {
    const bool is_text = field.type() == FieldDescriptor::TYPE_STRING;
    keywords += fmt::format(R"(, "default": {})",
                            is_text ? JsonString(rule.default_text()) : rule.default_text());
  }
  return fmt::format(R"({{"description": {}{}{}}})", JsonString(rule.doc()),
                     keywords.empty() ? "" : ", ", keywords);
}

// The keywords of a mapping, each on a line of its own behind `indent`.
std::string ObjectKeywords(const Descriptor& type, const std::string& indent) {
  std::string properties, required;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    properties += fmt::format("{}\n{}  {}: {}", i == 0 ? "" : ",", indent, JsonString(field.name()),
                              FieldSchema(field));
    if (!RuleOf(field).required()) continue;
    required += (required.empty() ? "" : ", ") + JsonString(field.name());
  }
  std::string out =
      fmt::format("{}\"type\": \"object\",\n{}\"additionalProperties\": false,\n", indent, indent);
  if (!required.empty()) out += fmt::format("{}\"required\": [{}],\n", indent, required);
  if (type.real_oneof_decl_count() > 0) {
    out += fmt::format("{0}\"minProperties\": 1,\n{0}\"maxProperties\": 1,\n", indent);
  }
  return out + fmt::format("{0}\"properties\": {{{1}\n{0}}}", indent, properties);
}

// A mapping that may be written as one bare word, when one of its keys needs no value.
std::string Definition(const Descriptor& type) {
  const std::string doc = JsonString(type.options().GetExtension(v1::kind).doc());
  std::string words;
  for (int i = 0; type.real_oneof_decl_count() > 0 && i < type.field_count(); ++i) {
    if (type.field(i)->type() != FieldDescriptor::TYPE_BOOL) continue;
    words += (words.empty() ? "" : ", ") + JsonString(type.field(i)->name());
  }
  if (words.empty()) {
    return fmt::format("{{\n      \"description\": {},\n{}\n    }}", doc,
                       ObjectKeywords(type, "      "));
  }
  return fmt::format(
      "{{\n      \"description\": {},\n      \"anyOf\": [\n        {{\"enum\": [{}]}},\n        "
      "{{\n{}\n        }}\n      ]\n    }}",
      doc, words, ObjectKeywords(type, "          "));
}

}  // namespace

std::vector<const Descriptor*> ConfigMessages() {
  std::vector<const Descriptor*> messages;
  Collect(*v1::ConfigFile::descriptor(), messages);
  return messages;
}

std::string ConfigSchemaJson() {
  const std::vector<const Descriptor*> messages = ConfigMessages();
  std::string definitions;
  for (std::size_t i = 1; i < messages.size(); ++i) {
    definitions += fmt::format("{}\n    {}: {}", i == 1 ? "" : ",", JsonString(messages[i]->name()),
                               Definition(*messages[i]));
  }
  return fmt::format(
      "{{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      "  \"title\": \"Understudy configuration\",\n{},\n  \"$defs\": {{{}\n  }}\n}}\n",
      ObjectKeywords(*messages[0], "  "), definitions);
}

}  // namespace understudy
