// Descriptor sets of the user's.
#include <catch2/catch.hpp>

#include "test/unit/comparators/grpc/messages.h"

namespace understudy {
namespace {

std::string File(const std::string& name, const std::string& field, const std::string& more = "") {
  return "name: '" + name + "' package: 'shop' syntax: 'proto3' " + more +
         " message_type { name: 'Item' field { name: '" + field +
         "' number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL } } "
         "service { name: 'Scores' method { name: 'Score' input_type: '.shop.Item' "
         "output_type: '.shop.Item' } }";
}

std::vector<DescriptorSetFault> Faults(const std::vector<std::string>& sets) {
  std::vector<DescriptorSetFile> files;
  for (const std::string& set : sets) files.push_back({"f" + std::to_string(files.size()), set});
  std::vector<DescriptorSetFault> faults;
  DescriptorSets::Build(files, faults);
  return faults;
}

TEST_CASE("services of several sets are found") {
  const std::string other =
      "name: 'o.proto' package: 'o' message_type { name: 'M' } service { name: 'S' method { "
      "name: 'C' input_type: '.o.M' output_type: '.o.M' client_streaming: true } }";
  std::vector<DescriptorSetFault> faults;
  const auto sets = DescriptorSets::Build(
      {{"a", EncodedSet({File("a.proto", "x")})}, {"b", EncodedSet({other})}}, faults);
  CHECK(faults.empty());
  CHECK(sets->Services() == std::vector<std::string>{"o.S", "shop.Scores"});
  CHECK(sets->Find({"o.S", "C"})->client_streams);
  CHECK_FALSE(sets->Find({"o.S", "D"}));
  CHECK(sets->Fingerprint() != 0);
}

TEST_CASE("bytes that are no descriptor set are refused by name") {
  for (const std::string& bytes :
       {std::string("no set"), std::string(), std::string("\x0A\x00", 2)}) {
    const auto faults = Faults({bytes});
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].message.find("f0 is no descriptor set") != std::string::npos);
  }
}

TEST_CASE("an import that is missing is named, and Protobuf's own files are there") {
  const auto faults = Faults({EncodedSet({File("a.proto", "x", "dependency: 'b.proto'")})});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message.find("a.proto imports b.proto") != std::string::npos);
  CHECK(Faults({EncodedSet({File("a.proto", "x", "dependency: 'google/protobuf/struct.proto'")})})
            .empty());
}

TEST_CASE("files that import each other are refused") {
  const auto faults = Faults({EncodedSet(
      {"name: 'a.proto' dependency: 'b.proto'", "name: 'b.proto' dependency: 'a.proto'"})});
  CHECK(faults.size() == 1);
}

TEST_CASE("a service may be in two sets when it is the same in both") {
  const std::string one = EncodedSet({File("a.proto", "x")});
  CHECK(Faults({one, EncodedSet({File("vendored/a.proto", "x")})}).empty());
  const auto faults = Faults({one, EncodedSet({File("a.proto", "y")})});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].file == 1);
  CHECK(faults[0].message.find("shop.Scores in f1 is another than in f0") != std::string::npos);
}

TEST_CASE("the same file twice in one set must be the same") {
  const std::string file = File("a.proto", "x");
  CHECK(Faults({EncodedSet({file, file})}).empty());
  CHECK(Faults({EncodedSet({file, File("a.proto", "y")})}).size() == 1);
}

TEST_CASE("a descriptor that contradicts itself is refused") {
  const auto faults =
      Faults({EncodedSet({"name: 'a.proto' service { name: 'S' method { name: 'C' "
                          "input_type: '.no.M' output_type: '.no.M' } }"})});
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].message.find("a.proto") != std::string::npos);
}

}  // namespace
}  // namespace understudy
