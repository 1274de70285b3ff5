// Building a schema, and what checks with it.
#include "comparators/schema.h"

#include <utility>

#include "comparators/schema_check.h"
#include "comparators/schema_node.h"
#include "comparators/schema_reader.h"

namespace understudy {

Schema::Schema() = default;
Schema::~Schema() = default;

absl::StatusOr<std::unique_ptr<const Schema>> Schema::Build(std::string json) {
  auto schema = std::unique_ptr<Schema>(new Schema());
  schema->text_ = std::move(json);
  auto document = Document::Parse(schema->text_, {.max_bytes = 1u << 20, .max_depth = 128});
  if (!document.ok()) return document.status();
  schema->document_ = *std::move(document);
  schema->nodes_ = std::make_unique<SchemaNodes>();
  SchemaReader reader(*schema->document_, *schema->nodes_);
  if (absl::Status status = reader.Run(); !status.ok()) return status;
  return schema;
}

absl::StatusOr<std::optional<SchemaFault>> Schema::Check(JsonValue value,
                                                         WorkBudget& budget) const {
  return SchemaCheck(*nodes_, budget).Run(value);
}

}  // namespace understudy
