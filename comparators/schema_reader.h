// From a schema's text to its compiled parts. Used by one thread while a schema is built.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/schema_node.h"

namespace understudy {

class SchemaReader {
 public:
  // Both outlive the reader.
  SchemaReader(const Document& document, SchemaNodes& out) : document_(document), out_(out) {}

  // InvalidArgument names the first place and keyword that are wrong.
  absl::Status Run();

 private:
  // A keyword and what stands there, while the schema it belongs to is read.
  struct Keyword {
    std::string_view name;
    JsonValue value;
    std::string pointer;  // of the keyword
  };
  using Read = absl::Status (SchemaReader::*)(const Keyword&, SchemaNode&);
  static const absl::flat_hash_map<std::string_view, Read>& Readings();

  SchemaId IdOf(JsonValue schema, std::string pointer);
  absl::Status ReadSchema(JsonValue schema, const std::string& pointer, SchemaId id);
  absl::Status FindCycle() const;
  absl::StatusOr<std::pair<JsonValue, std::string>> Target(const Keyword& keyword) const;
  absl::Status Fault(const Keyword& keyword, std::string_view what) const;

  // One value of each kind that keywords take.
  absl::Status One(const Keyword& keyword, std::optional<SchemaId>& out);
  absl::Status Many(const Keyword& keyword, std::vector<SchemaId>& out);
  absl::Status Number(const Keyword& keyword, std::optional<JsonValue>& out);
  absl::Status Count(const Keyword& keyword, std::uint64_t& out);
  absl::Status Texts(const Keyword& keyword, JsonValue value, std::vector<std::string_view>& out);
  absl::StatusOr<std::shared_ptr<const re2::RE2>> Pattern(const Keyword& keyword,
                                                          std::string_view text);

  absl::Status Annotation(const Keyword& keyword, SchemaNode& node);
  absl::Status Unsupported(const Keyword& keyword, SchemaNode& node);
  absl::Status Id(const Keyword& keyword, SchemaNode& node);
  absl::Status Ref(const Keyword& keyword, SchemaNode& node);
  absl::Status Type(const Keyword& keyword, SchemaNode& node);
  absl::Status Enum(const Keyword& keyword, SchemaNode& node);
  absl::Status Const(const Keyword& keyword, SchemaNode& node);
  absl::Status MultipleOf(const Keyword& keyword, SchemaNode& node);
  absl::Status PatternAt(const Keyword& keyword, SchemaNode& node);
  absl::Status UniqueItems(const Keyword& keyword, SchemaNode& node);
  absl::Status Properties(const Keyword& keyword, SchemaNode& node);
  absl::Status PatternProperties(const Keyword& keyword, SchemaNode& node);
  absl::Status Required(const Keyword& keyword, SchemaNode& node);
  absl::Status DependentRequired(const Keyword& keyword, SchemaNode& node);
  absl::Status DependentSchemas(const Keyword& keyword, SchemaNode& node);
  template <std::optional<SchemaId> SchemaNode::*kField>
  absl::Status OneAt(const Keyword& keyword, SchemaNode& node) {
    return One(keyword, node.*kField);
  }
  template <std::vector<SchemaId> SchemaNode::*kField>
  absl::Status ManyAt(const Keyword& keyword, SchemaNode& node) {
    return Many(keyword, node.*kField);
  }
  template <std::optional<JsonValue> SchemaNode::*kField>
  absl::Status NumberAt(const Keyword& keyword, SchemaNode& node) {
    return Number(keyword, node.*kField);
  }
  template <CountBounds SchemaNode::*kField, std::uint64_t CountBounds::*kEnd>
  absl::Status CountAt(const Keyword& keyword, SchemaNode& node) {
    return Count(keyword, node.*kField.*kEnd);
  }

  struct Pending {
    JsonValue schema;
    std::string pointer;
    SchemaId id;
  };
  const Document& document_;
  SchemaNodes& out_;
  std::string root_id_;
  absl::flat_hash_map<std::uint32_t, SchemaId> ids_;  // by the node of the document
  std::vector<Pending> pending_;
  std::vector<std::string> pointers_;  // by id
};

}  // namespace understudy
