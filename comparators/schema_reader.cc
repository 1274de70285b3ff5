// Walking a schema: from each to those it names, references, cycles.
#include "comparators/schema_reader.h"

#include <algorithm>
#include <utility>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownText = 64;

// A URI fragment's %XX sequences.
std::string Unescaped(std::string_view fragment) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < fragment.size(); ++i) {
    const bool escape = fragment[i] == '%' && i + 2 < fragment.size() &&
                        digit(fragment[i + 1]) >= 0 && digit(fragment[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(digit(fragment[i + 1]) * 16 + digit(fragment[i + 2]));
      i += 2;
    } else {
      out += fragment[i];
    }
  }
  return out;
}

// The schemas that look at the same value as this one.
template <typename Visit>
void ForEachInPlace(const SchemaNode& node, Visit visit) {
  for (const auto* list : {&node.all, &node.any, &node.one}) {
    for (const SchemaId id : *list) visit(id);
  }
  for (const auto& one : {node.negated, node.condition, node.consequence, node.alternative}) {
    if (one) visit(*one);
  }
  for (const auto& [name, id] : node.schema_with) visit(id);
}

}  // namespace

absl::Status SchemaReader::Run() {
  const std::optional<JsonValue> id = document_.root().Find("$id");
  if (id && id->is_string()) root_id_ = std::string(id->AsString());
  IdOf(document_.root(), "");
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    if (absl::Status status = ReadSchema(next.schema, next.pointer, next.id); !status.ok()) {
      return status;
    }
  }
  return FindCycle();
}

SchemaId SchemaReader::IdOf(JsonValue schema, std::string pointer) {
  const auto id = static_cast<SchemaId>(out_.nodes.size());
  const auto [place, fresh] = ids_.emplace(schema.index(), id);
  if (fresh) {
    out_.nodes.emplace_back();
    pointers_.push_back(pointer);
    pending_.push_back({schema, std::move(pointer), id});
  }
  return place->second;
}

absl::Status SchemaReader::ReadSchema(JsonValue schema, const std::string& pointer, SchemaId id) {
  SchemaNode node;
  if (schema.is_bool()) {
    node.never = schema.kind() == JsonKind::kFalse;
  } else if (!schema.is_object()) {
    return absl::InvalidArgumentError(
        fmt::format("at \"{}\": a schema is an object, true or false, not {}",
                    ShownText(pointer, kShownText), RenderJson(schema, kShownText)));
  }
  absl::Status status;
  const auto read = [&](std::string_view name, JsonValue value) {
    if (!status.ok()) return;
    Keyword keyword{name, value, pointer};
    AppendPointerSegment(name, keyword.pointer);
    const auto found = Readings().find(name);
    if (found != Readings().end()) {
      status = (this->*found->second)(keyword, node);
    } else if (!name.starts_with("x-")) {
      status = Fault(keyword, "is no keyword that is known; names of your own start with x-");
    }
  };
  if (schema.is_object()) schema.ForEachMember(read);
  out_.nodes[id] = std::move(node);
  return status;
}

absl::Status SchemaReader::Fault(const Keyword& keyword, std::string_view what) const {
  const std::string at = keyword.pointer.substr(0, keyword.pointer.rfind('/'));
  return absl::InvalidArgumentError(fmt::format(
      "at \"{}\": \"{}\" {}; it is {}", ShownText(at, kShownText),
      ShownText(keyword.name, kShownText), what, RenderJson(keyword.value, kShownText)));
}

absl::StatusOr<std::pair<JsonValue, std::string>> SchemaReader::Target(
    const Keyword& keyword) const {
  std::string_view reference = keyword.value.AsString();
  if (!root_id_.empty() && reference.starts_with(root_id_)) {
    reference.remove_prefix(root_id_.size());
  }
  if (reference.empty() || reference == "#") return std::pair(document_.root(), std::string());
  if (reference.front() != '#') {
    return Fault(keyword, "leads outside the schema; put what it means into \"$defs\"");
  }
  const std::string fragment = Unescaped(reference.substr(1));
  if (fragment.starts_with('/')) {
    const std::optional<JsonValue> target = document_.At(fragment);
    if (target) return std::pair(*target, fragment);
  }
  // An anchor: a schema that gives itself that name.
  for (std::uint32_t i = 0; i < document_.node_count(); ++i) {
    const JsonNode& place = document_.node(i);
    const std::string_view key = place.is_key ? document_.Text(place) : std::string_view();
    if (key == "enum" || key == "const") i = document_.Next(i + 1) - 1;  // values, no schemas
    if (place.kind != JsonKind::kObject) continue;
    const JsonValue object(document_, i);
    const std::optional<JsonValue> anchor = object.Find("$anchor");
    if (anchor && anchor->is_string() && anchor->AsString() == fragment) {
      return std::pair(object, "#" + fragment);
    }
  }
  return Fault(keyword, "leads nowhere");
}

// Takes away, again and again, what leads to no other schema of the same value; what is left leads
// into a cycle.
absl::Status SchemaReader::FindCycle() const {
  std::vector<std::vector<SchemaId>> sources(out_.nodes.size());
  std::vector<std::size_t> targets(out_.nodes.size(), 0);
  std::vector<SchemaId> ends;
  for (SchemaId id = 0; id < out_.nodes.size(); ++id) {
    ForEachInPlace(out_.nodes[id], [&](SchemaId target) {
      sources[target].push_back(id);
      ++targets[id];
    });
    if (targets[id] == 0) ends.push_back(id);
  }
  while (!ends.empty()) {
    const SchemaId id = ends.back();
    ends.pop_back();
    for (const SchemaId source : sources[id]) {
      if (--targets[source] == 0) ends.push_back(source);
    }
  }
  const auto left = std::find_if(targets.begin(), targets.end(), [](auto n) { return n > 0; });
  if (left == targets.end()) return absl::OkStatus();
  const auto id = static_cast<std::size_t>(left - targets.begin());
  return absl::InvalidArgumentError(
      fmt::format("at \"{}\": references lead back to where they started without going further "
                  "into the value",
                  ShownText(pointers_[id], kShownText)));
}

}  // namespace understudy
