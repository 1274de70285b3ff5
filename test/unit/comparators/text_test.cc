// Shown texts and suggestions.
#include "comparators/text.h"

#include <array>
#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("a shown text is valid UTF-8 and keeps its bound") {
  CHECK(ShownText("plain") == "plain");
  CHECK(ShownText(std::string_view("a\0b\xFF", 4)) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  CHECK(ShownText("123456789", 9) == "123456789");
  CHECK(ShownText("1234567890", 9) == "123456\xE2\x80\xA6");
  // A character of three bytes is not cut in half.
  CHECK(ShownText("12345\xE2\x82\xAC\xE2\x82\xAC", 10) == "12345\xE2\x80\xA6");
  CHECK(ShownText(std::string(1000, 'x')).size() == kMaxShownText);
}

TEST_CASE("the nearest name is offered, or all when none is near") {
  constexpr std::array<std::string_view, 3> kNames{"rtol", "atol", "equal_nan"};
  CHECK(NearestName("rtoll", kNames) == "rtol");
  CHECK(NearestName("equalnan", kNames) == "equal_nan");
  CHECK(NearestName("zzzzzz", kNames).empty());
  CHECK(NearestName("", kNames).empty());
  CHECK(Suggestion("atl", kNames) == " Did you mean \"atol\"?");
  CHECK(Suggestion("zzzzzz", kNames) == " Known: rtol, atol, equal_nan.");
}

}  // namespace
}  // namespace understudy
