// UTF-8, cuts, base64 and times of records.
#include <catch2/catch.hpp>
#include <random>

#include "proxy/control/records_text.h"
#include "test/support/record_samples.h"

namespace understudy {
namespace {

TEST_CASE("well-formed UTF-8 is told from what only looks like it") {
  for (const char* text :
       {"", "a", "\u00e9", "\u0800", "\ud7ff", "\ue000", "\U00010000", "\U0010FFFF", "\x7f"}) {
    CHECK(IsUtf8(text));
  }
  for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3",
                           "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "a\xff"}) {
    INFO(text);
    CHECK_FALSE(IsUtf8(text));
  }
}

TEST_CASE("a cut text ends between characters and is never longer than asked") {
  const std::string text = "a\u00e9\u20ac\U0001F600z";  // 1 + 2 + 3 + 4 + 1 bytes
  const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t most = 0; most < std::size(ends); ++most) {
    CHECK(CutText(text, most).size() == ends[most]);
  }
  CHECK(CutText(std::string(20, '\x80'), 10).size() == 7);  // no UTF-8: bounded all the same
}

TEST_CASE("base64 is that of RFC 4648, there and back") {
  CHECK(EncodeBase64("") == "");
  CHECK(EncodeBase64("f") == "Zg==");
  CHECK(EncodeBase64("fo") == "Zm8=");
  CHECK(EncodeBase64("foobar") == "Zm9vYmFy");
  CHECK(EncodeBase64("\xfb\xff") == "+/8=");
  std::mt19937 random(9);
  for (std::size_t size = 0; size < 100; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    REQUIRE(DecodeBase64(EncodeBase64(bytes)) == bytes);
  }
  CHECK_FALSE(DecodeBase64("Zg=").has_value());
  CHECK_FALSE(DecodeBase64("Z!==").has_value());
}

TEST_CASE("a time has nanoseconds and is UTC") {
  CHECK(FormatTime(samples::RecordTime(std::chrono::nanoseconds(1))) ==
        "2026-05-01T12:00:00.000000001Z");
  CHECK(FormatTime(WallTime{}) == "1970-01-01T00:00:00.000000000Z");
}

}  // namespace
}  // namespace understudy
