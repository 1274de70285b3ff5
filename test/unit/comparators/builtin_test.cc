// The table of built-in comparators.
#include "comparators/builtin.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

namespace understudy {
namespace {

TEST_CASE("every built-in comparator can be found, described and built without options") {
  CHECK(Builtins().size() == 16);
  for (const Builtin& builtin : Builtins()) {
    INFO(builtin.name);
    CHECK(*FindBuiltin(builtin.name) == &builtin);
    CHECK_FALSE(builtin.summary.empty());
    CHECK(builtin.build("").ok());
    CHECK(builtin.build("{}").ok());
    for (const OptionDoc& option : builtin.options) {
      CHECK_FALSE(option.type.empty());
      CHECK_FALSE(option.default_value.empty());
      CHECK_FALSE(option.meaning.empty());
    }
  }
}

TEST_CASE("every comparator and option stands in docs/comparators.md") {
  std::ifstream file(UNDERSTUDY_DOCS "/comparators.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(text.empty());
  for (const Builtin& builtin : Builtins()) {
    INFO(builtin.name);
    const std::string heading = "\n## `" + std::string(builtin.name) + "`\n";
    const std::size_t begin = text.find(heading);
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    for (const OptionDoc& option : builtin.options) {
      INFO(option.name);
      CHECK(section.find("\n| `" + std::string(option.name) + "` |") != std::string::npos);
    }
  }
}

TEST_CASE("every documented option is read: a value of a wrong type is refused by name") {
  for (const Builtin& builtin : Builtins()) {
    for (const OptionDoc& option : builtin.options) {
      INFO(builtin.name << " " << option.name);
      const auto built = builtin.build("{\"" + std::string(option.name) + "\":{\"wrong\":1}}");
      REQUIRE_FALSE(built.ok());
      CHECK(std::string(built.status().message()).find(std::string(option.name)) !=
            std::string::npos);
    }
  }
}

TEST_CASE("an unknown comparator is refused with the nearest name") {
  CHECK(FindBuiltin("tensor").status().message() ==
        "there is no comparator \"tensor\". Did you mean \"tensors\"?");
  CHECK(FindBuiltin("cosine_of_everything").status().message() ==
        "there is no comparator \"cosine_of_everything\". Known: status, exact, json, tensors, "
        "top1, text, toolcalls, topk, probabilities, vectors, ranking, numeric, boxes, "
        "json_schema, latency, cost.");
}

}  // namespace
}  // namespace understudy
