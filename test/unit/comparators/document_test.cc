// Reading JSON: what is accepted, what is refused and with which words.
#include "comparators/document.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

namespace understudy {
namespace {

std::string RoundTrip(std::string_view text) {
  auto document = Document::Parse(text);
  if (!document.ok()) return std::string(document.status().message());
  return RenderJson((*document)->root(), 100'000);
}

absl::StatusCode CodeOf(std::string_view text, const DocumentLimits& limits = {}) {
  return Document::Parse(text, limits).status().code();
}

TEST_CASE("a document keeps structure, order and values") {
  CHECK(RoundTrip(R"( { "b" : [ 1 , -2.5 , true , false , null , {} , [] ] , "a" : "x" } )") ==
        R"({"b":[1,-2.5,true,false,null,{},[]],"a":"x"})");
  CHECK(RoundTrip("7") == "7");
  CHECK(RoundTrip("\xEF\xBB\xBF[1]") == "[1]");
}

TEST_CASE("rendering can sort members and is cut to a bound") {
  auto document = Document::Parse(R"({"b":1,"a":{"d":2,"c":3}})");
  REQUIRE(document.ok());
  CHECK(RenderJson((*document)->root(), 1000, true) == R"({"a":{"c":3,"d":2},"b":1})");
  CHECK(RenderJson((*document)->root(), 10) == "{\"b\":1,\xE2\x80\xA6");
}

TEST_CASE("NaN and the infinities are numbers") {
  CHECK(RoundTrip("[NaN,Infinity,-Infinity]") == "[NaN,Infinity,-Infinity]");
  CHECK(CodeOf("[-NaN]") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("[Inf]") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("[nan]") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("escapes are read, surrogate pairs become one character and lone ones stay apart") {
  auto document =
      Document::Parse(R"(["a\"\\\/\b\f\n\r\t\u0041","\ud83d\ude00","\ud800","\udc00"])");
  REQUIRE(document.ok());
  CHECK((*document)->At("/0")->AsString() == "a\"\\/\b\f\n\r\tA");
  CHECK((*document)->At("/1")->AsString() == "\xF0\x9F\x98\x80");
  CHECK((*document)->At("/2")->AsString() != (*document)->At("/3")->AsString());
}

TEST_CASE("pointers find members and elements") {
  auto document = Document::Parse(R"({"a":[{"x/y":1},{"m~n":2}],"":3,"esc\u0061pe":4})");
  REQUIRE(document.ok());
  CHECK((*document)->At("/a/0/x~1y")->AsDouble() == 1);
  CHECK((*document)->At("/a/1/m~0n")->AsDouble() == 2);
  CHECK((*document)->At("/")->AsDouble() == 3);
  CHECK((*document)->At("/escape")->AsDouble() == 4);
  CHECK((*document)->At("")->is_object());
  CHECK_FALSE((*document)->At("/a/2"));
  CHECK_FALSE((*document)->At("/a/01"));
  CHECK_FALSE((*document)->At("/a/0/x~1y/z"));
  CHECK_FALSE((*document)->At("a"));
}

TEST_CASE("broken texts are refused with the byte where they break") {
  CHECK(RoundTrip("") == "byte 0: the text ends where a value should stand");
  CHECK(RoundTrip("[1,]") == "byte 3: expected a value");
  CHECK(RoundTrip("[1") == "byte 2: the text ends inside a container");
  CHECK(RoundTrip("[1}") == R"(byte 2: expected "," or "]")");
  CHECK(RoundTrip(R"({"a":1]})") == R"(byte 6: expected "," or "}")");
  CHECK(RoundTrip(R"({"a" 1})") == R"(byte 5: expected ":" after the name of a member)");
  CHECK(RoundTrip("{1:2}") == "byte 1: expected the name of a member in quotes");
  CHECK(RoundTrip(R"({"a":1,})") == "byte 7: expected the name of a member in quotes");
  CHECK(RoundTrip("\"abc") == "byte 4: the text ends inside a string");
  CHECK(RoundTrip("\"a\\") == "byte 2: the text ends inside a string");
  CHECK(RoundTrip(R"("\x")") == "byte 1: an unknown escape in a string");
  CHECK(RoundTrip(R"("\u12g4")") == "byte 1: an unknown escape in a string");
  CHECK(RoundTrip("\"a\nb\"") == "byte 2: a control character in a string");
  CHECK(RoundTrip("1 2") == "byte 2: text after the end of the value");
  for (const char* text : {"01", "1.", ".5", "+1", "1e", "-", "tru", "nul", "0x1", "]", "\0"}) {
    INFO(text);
    CHECK(CodeOf(text) == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("invalid UTF-8 is refused, in plain strings and after an escape") {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
    CHECK(CodeOf("\"" + std::string(bytes) + "\"") == absl::StatusCode::kInvalidArgument);
    CHECK(CodeOf("\"\\n12345678" + std::string(bytes) + "\"") ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(RoundTrip("\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"") ==
        "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
}

TEST_CASE("a control or non-ASCII byte is seen at every place of a long string") {
  for (std::size_t i = 0; i < 20; ++i) {
    std::string text(22, 'a');
    text.front() = text.back() = '"';
    text[i + 1] = '\x1F';
    CHECK(CodeOf(text) == absl::StatusCode::kInvalidArgument);
    text[i + 1] = '\x20';
    CHECK(CodeOf(text) == absl::StatusCode::kOk);
    text[i + 1] = '\xE9';
    CHECK(CodeOf(text) == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("an object with the same member twice is refused, small or large") {
  CHECK(RoundTrip(R"({"a":1,"b":2,"a":3})") ==
        "byte 19: the object that ends here has the member \"a\" twice");
  CHECK(CodeOf(R"({"a":1,"\u0061":3})") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(R"([{"a":1},{"a":1}])") == absl::StatusCode::kOk);
  std::string large = "{";
  for (int i = 0; i < 100; ++i) large += "\"k" + std::to_string(i) + "\":0,";
  CHECK(CodeOf(large + "\"x\":1}") == absl::StatusCode::kOk);
  CHECK(CodeOf(large + "\"k50\":1}") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("depth, nodes, bytes and the length of a number have bounds") {
  const DocumentLimits limits{
      .max_bytes = 40, .max_depth = 3, .max_nodes = 5, .max_number_bytes = 6};
  CHECK(CodeOf("[[[1]]]", limits) == absl::StatusCode::kOk);
  CHECK(CodeOf("[[[[1]]]]", limits) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf("[1,2,3,4]", limits) == absl::StatusCode::kOk);
  CHECK(CodeOf("[1,2,3,4,5]", limits) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf("123456", limits) == absl::StatusCode::kOk);
  CHECK(CodeOf("1234567", limits) == absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf("\"" + std::string(38, 'a') + "\"", limits) == absl::StatusCode::kOk);
  CHECK(CodeOf("\"" + std::string(39, 'a') + "\"", limits) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("leaves are scalars and empty containers, without what is ignored") {
  auto document = Document::Parse(R"({"a":[1,2,[]],"b":{},"c":{"d":null}})");
  REQUIRE(document.ok());
  CHECK(LeafCount((*document)->root()) == 5);
  (*document)->SetMark((*document)->At("/a")->index(), JsonMark::kIgnored);
  CHECK(LeafCount((*document)->root()) == 2);
}

}  // namespace
}  // namespace understudy
