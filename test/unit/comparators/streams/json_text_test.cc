// Writing JSON: what is copied reads as the same values.
#include "comparators/streams/json_text.h"

#include <catch2/catch.hpp>
#include <string>

namespace understudy {
namespace {

std::string Copied(std::string_view text) {
  const auto document = Document::Parse(text);
  REQUIRE(document.ok());
  return JsonText((*document)->root());
}

TEST_CASE("values are copied with their order, digits and kinds") {
  for (const std::string_view text :
       {R"({"b":[1,-2.5,true,false,null,{},[]],"a":"x"})", "[]", "{}", "7",
        "[9223372036854775807,-9223372036854775808,18446744073709551615,18446744073709551616]",
        "[NaN,Infinity,-Infinity]", "[0.1,1e+300,5e-324,-0.0,3.0]", R"("\"\\\b\f\n\r\t\u0001/")",
        R"(["\ud800","\udc00"])", "\"\x7F caf\xC3\xA9 \xF0\x9F\x98\x80\""}) {
    CHECK(Copied(text) == text);
  }
  CHECK(Copied("[1.0, 1E2, 2e400]") == "[1.0,100.0,2e400]");
}

TEST_CASE("halves of a surrogate pair that come one after the other join when read again") {
  std::string joined;
  for (const std::string_view half : {R"("\ud83d")", R"("\ude00")"}) {
    const auto document = Document::Parse(half);
    REQUIRE(document.ok());
    joined += (*document)->root().AsString();
  }
  CHECK(QuotedJson(joined) == R"("\ud83d\ude00")");
  const std::string text = QuotedJson(joined);
  CHECK((*Document::Parse(text))->root().AsString() == "\xF0\x9F\x98\x80");
}

TEST_CASE("malformed bytes become replacement characters") {
  CHECK(QuotedJson("a\xFF\xC3") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(QuotedJson("\xED") == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("an object keeps the order of its members and each once") {
  JsonObjectText object;
  CHECK(object.Text() == "{}");
  object.Set("b", "1");
  object.SetString("a\"", "x");
  object.Set("b", "[2]");
  CHECK(object.Text() == R"({"b":[2],"a\"":"x"})");
  CHECK(*object.Find("b") == "[2]");
  CHECK(object.Find("c") == nullptr);
}

TEST_CASE("an array puts commas between its elements") {
  JsonArrayText array;
  CHECK(array.Text() == "[]");
  array.Add("1");
  array.Add("{}");
  CHECK(array.Text() == "[1,{}]");
}

}  // namespace
}  // namespace understudy
