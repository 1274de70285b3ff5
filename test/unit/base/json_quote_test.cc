// Texts as JSON strings, whatever bytes they have.
#include <catch2/catch.hpp>

#include "proxy/base/log.h"

namespace understudy {
namespace {

const std::string kReplaced = "\xEF\xBF\xBD";

TEST_CASE("plain text stands between quotes") {
  CHECK(JsonQuote("") == "\"\"");
  CHECK(JsonQuote("plain /text 'x'") == "\"plain /text 'x'\"");
}

TEST_CASE("quotes backslashes and control characters are escaped") {
  CHECK(JsonQuote("a\"b\\c") == R"("a\"b\\c")");
  CHECK(JsonQuote("\n\t") == R"("\n\t")");
  CHECK(JsonQuote("\r\x01\x1B\x7F") == R"("\u000d\u0001\u001b\u007f")");
  CHECK(JsonQuote(std::string_view("\0", 1)) == R"("\u0000")");
}

TEST_CASE("valid UTF-8 stays as it is") {
  for (const std::string text : {"caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF",
                                 "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80"}) {
    CHECK(JsonQuote(text) == "\"" + text + "\"");
  }
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one") {
  CHECK(JsonQuote("\x80") == "\"" + kReplaced + "\"");
  CHECK(JsonQuote("a\xFFz") == "\"a" + kReplaced + "z\"");
  CHECK(JsonQuote("\xC3") == "\"" + kReplaced + "\"");
  CHECK(JsonQuote("\xC3(") == "\"" + kReplaced + "(\"");
  CHECK(JsonQuote("\xC0\xAF") == "\"" + kReplaced + kReplaced + "\"");  // overlong
  CHECK(JsonQuote("\xE0\x80\xAF") == "\"" + kReplaced + kReplaced + kReplaced + "\"");
  CHECK(JsonQuote("\xED\xA0\x80") == "\"" + kReplaced + kReplaced + kReplaced + "\"");  // surrogate
  CHECK(JsonQuote("\xF4\x90\x80\x80").size() == 2 + 4 * 3);             // beyond U+10FFFF
  CHECK(JsonQuote("\xE2\x82") == "\"" + kReplaced + kReplaced + "\"");  // cut short
}

}  // namespace
}  // namespace understudy
