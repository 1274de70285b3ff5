// The schema and the page made from it.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config_fixture.h"
#include "proxy/control/config_reader.h"
#include "proxy/control/config_schema.h"

namespace understudy {
namespace {

google::protobuf::Struct Schema() {
  google::protobuf::Struct schema;
  const auto status = google::protobuf::util::JsonStringToMessage(ConfigSchemaJson(), &schema);
  REQUIRE(status.ok());
  return schema;
}

TEST_CASE("the schema is JSON and describes every key of every message") {
  const google::protobuf::Struct schema = Schema();
  CHECK(schema.fields().at("$schema").string_value() ==
        "https://json-schema.org/draft/2020-12/schema");
  const auto& definitions = schema.fields().at("$defs").struct_value().fields();
  for (const auto* message : ConfigMessages()) {
    INFO(message->name());
    const google::protobuf::Struct* object = &schema;
    if (message != ConfigMessages().front())
      object = &definitions.at(message->name()).struct_value();
    if (object->fields().count("anyOf") > 0) {
      object = &object->fields().at("anyOf").list_value().values(1).struct_value();
    }
    CHECK_FALSE(object->fields().at("additionalProperties").bool_value());
    const auto& properties = object->fields().at("properties").struct_value().fields();
    CHECK(static_cast<int>(properties.size()) == message->field_count());
    for (int i = 0; i < message->field_count(); ++i) {
      INFO(message->field(i)->name());
      const auto& property = properties.at(message->field(i)->name()).struct_value().fields();
      CHECK_FALSE(property.at("description").string_value().empty());
    }
  }
}

TEST_CASE("the schema carries choices, needs, bounds and defaults") {
  const google::protobuf::Struct schema = Schema();
  const auto& definitions = schema.fields().at("$defs").struct_value().fields();
  const auto& route = definitions.at("RouteConfig").struct_value().fields();
  std::string required;
  for (const auto& name : route.at("required").list_value().values()) {
    required += name.string_value() + " ";
  }
  CHECK(required == "name match incumbent ");
  const auto& properties = route.at("properties").struct_value().fields();
  CHECK(properties.at("fallback").struct_value().fields().at("default").bool_value());
  const auto& effects = properties.at("effects").struct_value().fields();
  CHECK(effects.at("anyOf")
            .list_value()
            .values(0)
            .struct_value()
            .fields()
            .at("enum")
            .list_value()
            .values(2)
            .string_value() == "mutating");
  const auto& workers = schema.fields().at("properties").struct_value().fields().at("workers");
  CHECK(workers.struct_value().fields().at("maximum").number_value() == 256);
}

TEST_CASE("every default of the schema is a value the reader accepts") {
  ConfigFaults faults("f.yaml");
  YamlNode empty;
  empty.kind = YamlNode::Kind::kMap;
  const ConfigSource source = ReadConfig(empty, faults);
  // Filling in the defaults of every nested message adds nothing to the three keys that are needed.
  CHECK(faults.Sorted().size() == 3);
  CHECK(source.file.limits().mirror_memory() == "256MiB");
  CHECK(source.file.drain().timeout() == "30s");
}

TEST_CASE("docs/configuration.md is what the schema says") {
  const std::string path = UNDERSTUDY_SOURCE_DIR "/docs/configuration.md";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << ConfigMarkdown();
  std::ifstream in(path, std::ios::binary);
  std::ostringstream page;
  page << in.rdbuf();
  INFO("run this test with UPDATE_GOLDEN=1 to rewrite docs/configuration.md");
  // No CHECK on the texts themselves: a failure would print two whole pages.
  const bool same = page.str() == ConfigMarkdown();
  CHECK(same);
}

}  // namespace
}  // namespace understudy
