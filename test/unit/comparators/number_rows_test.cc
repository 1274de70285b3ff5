// Rows of numbers in the forms in which answers write them.
#include "comparators/number_rows.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "fmt/format.h"
#include "test/unit/comparators/parsed_pair.h"

namespace understudy {
namespace {

using Texts = NumberForms::Texts;
constexpr NumberForms kAll{.texts = Texts::kFloats, .scalars = true, .labels = true};

std::string Shown(const std::optional<NumberRows>& rows) {
  if (!rows) return "none";
  std::string text;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const NumberRow row = (*rows)[i];
    text += "[";
    for (std::size_t j = 0; j < row.values.size(); ++j) {
      if (j > 0) text += " ";
      if (!row.labels.empty()) text += std::string(row.labels[j]) + "=";
      text += fmt::format("{}", row.values[j]);
    }
    text += "]";
  }
  return text;
}

std::string Read(const std::string& json, const NumberForms& forms = kAll) {
  const ParsedBody body(json);
  REQUIRE(body.document != nullptr);
  return Shown(ReadNumberRows(body.document->root(), forms));
}

TEST_CASE("number rows: arrays are rows along their last axis, ragged or not") {
  CHECK(Read("[1,2.5,-3]") == "[1 2.5 -3]");
  CHECK(Read("[[1,2],[3,4,5]]") == "[1 2][3 4 5]");
  CHECK(Read("[[[1],[2]],[[3]]]") == "[1][2][3]");
  CHECK(Read("[]") == "[]");
  CHECK(Read("[[],[1]]") == "[][1]");
  CHECK(Read("7") == "[7]");
  CHECK(Read("7", {}) == "none");
}

TEST_CASE("number rows: null is NaN, NaN and the infinities are read") {
  CHECK(Read("[null,NaN,Infinity,-Infinity]") == "[nan nan inf -inf]");
}

TEST_CASE("number rows: anything else is no row") {
  for (const char* json : {R"(["a"])", "[1,[2]]", "[[1],2]", "[1,true]", "[true]", R"([1,"2"])",
                           R"({"a":[1]})", R"([{"a":1},[2]])", R"({"a":"b"})", "true"}) {
    INFO(json);
    CHECK(Read(json) == "none");
  }
}

TEST_CASE("number rows: objects of numbers and lists of label and score are labelled") {
  CHECK(Read(R"({"cat":0.9,"dog":null})") == "[cat=0.9 dog=nan]");
  CHECK(Read(R"([{"cat":0.9},{"dog":1}])") == "[cat=0.9][dog=1]");
  CHECK(Read(R"([{"label":"cat","score":0.9},{"score":0.1,"label":"dog"}])") ==
        "[cat=0.9 dog=0.1]");
  CHECK(Read(R"([[{"label":"cat","score":0.9}],[{"label":"dog","score":1}]])") ==
        "[cat=0.9][dog=1]");
  CHECK(Read(R"([{"label":"cat","score":0.9},{"label":"dog"}])") == "none");
  CHECK(Read(R"({"cat":0.9})", {}) == "none");
}

TEST_CASE("number rows: base64 is strict and little-endian") {
  // base64.b64encode(struct.pack("<3f", 1, -2.5, 0.1))
  CHECK(Read(R"("AACAPwAAIMDNzMw9")") == "[1 -2.5 0.10000000149011612]");
  CHECK(Read(R"("AACAPw==")") == "[1]");
  CHECK(Read(R"(["AACAPw==","AAAgwA=="])") == "[1][-2.5]");
  // struct.pack("<2f", nan, inf)
  CHECK(Read(R"("AADAfwAAgH8=")") == "[nan inf]");
  CHECK(Read(R"("")") == "[]");
  for (const char* text : {"AACAPw", "AACAPw=", "AACAPx==", "AACA Pw==", "AACAPw==AACAPw==", "AACA",
                           "====", "A===", "AACAP-==", "AACAPwA=", "AACAPwB=",
                           "\xC3\xA9"
                           "AA="}) {
    INFO(text);
    CHECK(Read("\"" + std::string(text) + "\"") == "none");
  }
  CHECK(Read(R"(["AACAPw==",[1]])") == "none");
  CHECK(Read(R"("AACAPw==")", {}) == "none");
}

TEST_CASE("number rows: decimals rounded to single precision are the floats of base64") {
  const ParsedBody body("[1,-2.5,0.1,1e300,Infinity,NaN]");
  auto rows = ReadNumberRows(body.document->root(), kAll);
  REQUIRE(rows);
  CHECK_FALSE(rows->single());
  rows->RoundToSingle();
  CHECK(Shown(rows) == "[1 -2.5 0.10000000149011612 1e+300 inf nan]");
}

TEST_CASE("number rows: texts are numbers or classifications where that is asked for") {
  const NumberForms numbers{.texts = Texts::kNumbers, .scalars = true};
  CHECK(Read(R"(["12.5",3,"-1e2"])", numbers) == "[12.5 3 -100]");
  CHECK(Read(R"("12.5")", numbers) == "[12.5]");
  CHECK(Read(R"("1e999")", numbers) == "[inf]");
  for (const char* text : {"\" 1\"", "\"1x\"", "\"\"", "\"+1\"", "\"0x1\"", "\"1,5\""}) {
    CHECK(Read(text, numbers) == "none");
  }
  const NumberForms classes{.texts = Texts::kClasses, .labels = true};
  CHECK(Read(R"(["0.9:3:cat","0.1:7"])", classes) == "[cat=0.9 7=0.1]");
  CHECK(Read(R"(["0.9:3:cat",0.1])", classes) == "none");
}

TEST_CASE("number rows: what a rule ignores is left out") {
  ParsedBody body("[[1,2,\"x\"],[[]],[4,5,6]]");
  for (const char* place : {"/0/2", "/1", "/2/0"}) {
    body.document->SetMark(body.document->At(place)->index(), JsonMark::kIgnored);
  }
  CHECK(Shown(ReadNumberRows(body.document->root(), kAll)) == "[1 2][5 6]");
}

TEST_CASE("number rows: the path of a value is found from its node") {
  const ParsedBody body(R"({"a":[[1,2],{"b~":[3,{"c":4}]}],"d":[5,6]})");
  const JsonValue root = body.document->root();
  for (const char* path : {"/a/0/1", "/a/1/b~0/0", "/a/1/b~0/1/c", "/d/1", "/d"}) {
    CHECK(PathTo("", root, body.document->At(path)->index()) == path);
  }
  CHECK(PathTo("/x", root, root.index()) == "/x");
}

TEST_CASE("number rows: the rows of an output leave out what is ignored on either side") {
  ParsedPair pair(Answer1("FP32", "[2,2]", "[1,2,3,4]"), Answer1("FP32", "[2,2]", "[[5,6],[7,8]]"));
  ParsedBody& candidate = pair.candidate;
  candidate.document->SetMark(candidate.document->At("/outputs/0/data/0/1")->index(),
                              JsonMark::kIgnored);
  const auto aligned = AlignOutputs(pair.pair, {});
  REQUIRE(aligned.ok());
  const auto rows = ReadTensorRows(aligned->pairs.at(0), {});
  REQUIRE(rows);
  CHECK(Shown(rows->baseline) == "[1][3 4]");
  CHECK(Shown(rows->candidate) == "[5][7 8]");
}

}  // namespace
}  // namespace understudy
