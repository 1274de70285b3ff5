// JSON Schemas from outside on values from outside: a schema is refused in words or checks every
// value within its budget, twice the same, and what is not valid is valid under its negation. The
// input is a schema, a byte 0x1E and a value.
#include "comparators/schema.h"
#include "comparators/text.h"
#include "fmt/format.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::uint64_t kSteps = 100'000;

absl::StatusOr<std::optional<SchemaFault>> FaultOf(const Schema& schema, JsonValue value) {
  WorkBudget budget(kSteps);
  auto fault = schema.Check(value, budget);
  Require(fault.ok() || fault.status().code() == absl::StatusCode::kResourceExhausted,
          "a check ends in a word, or is too much work");
  return fault;
}

bool IsTooLarge(const absl::StatusOr<std::unique_ptr<const Schema>>& schema) {
  return schema.status().code() == absl::StatusCode::kResourceExhausted;
}

// Inside another schema pointers of references would lead elsewhere, and a byte order mark is none.
bool FitsInside(std::string_view schema) {
  return schema.find_first_of("$\\\xEF") == std::string_view::npos;
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::string text(input.Until('\x1E'));
  const auto schema = Schema::Build(text);
  if (!schema.ok()) {
    Require(schema.status().code() == absl::StatusCode::kInvalidArgument || IsTooLarge(schema),
            "a schema that cannot be used is wrong or too large");
    Require(!schema.status().message().empty(), "and says why");
    return 0;
  }
  const auto document = Document::Parse(input.Rest());
  if (!document.ok()) return 0;
  const JsonValue value = (*document)->root();
  const auto fault = FaultOf(**schema, value);
  if (!fault.ok()) return 0;
  const auto again = FaultOf(**schema, value);
  Require(again.ok() && again->has_value() == fault->has_value(), "a value is checked alike twice");
  if (fault->has_value()) {
    Require(!(*fault)->what.empty(), "a fault has words");
    Require((*fault)->path.empty() || (*document)->At((*fault)->path).has_value(),
            "a fault is at a place of the value");
  }
  if (!FitsInside(text)) return 0;
  const auto negated = Schema::Build(fmt::format("{{\"not\":{}}}", text));
  Require(negated.ok() || IsTooLarge(negated), "a schema without references can be negated");
  if (!negated.ok()) return 0;
  const auto opposite = FaultOf(**negated, value);
  Require(!opposite.ok() || opposite->has_value() != fault->has_value(),
          "a value is valid under a schema or its negation");
  return 0;
}
