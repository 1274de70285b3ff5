// Layout of text for terminals.
#include "proxy/cli/text.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("width counts letters, not bytes and not escape sequences") {
  CHECK(DisplayWidth("") == 0);
  CHECK(DisplayWidth("abc") == 3);
  CHECK(DisplayWidth("▁▂█") == 3);
  CHECK(DisplayWidth("\x1b[31mred\x1b[0m") == 3);
}

TEST_CASE("padding fills up to the width and never shortens") {
  CHECK(PadRight("é", 3) == "é  ");
  CHECK(PadRight("abcd", 3) == "abcd");
}

TEST_CASE("cutting keeps short texts and ends long ones in an ellipsis") {
  CHECK(Cut("abc", 3) == "abc");
  CHECK(Cut("abcd", 3) == "ab…");
  CHECK(Cut("▁▂▃▄", 2) == "▁…");
  CHECK(Cut("abc", 0) == "");
}

TEST_CASE("cutting a coloured text resets the colour") {
  CHECK(Cut("\x1b[31mabcdef\x1b[0m", 4) == "\x1b[31mabc…\x1b[0m");
}

TEST_CASE("control characters from outside cannot drive the terminal") {
  CHECK(OneLine("a\x1b[2Jb") == "a?[2Jb");
  CHECK(OneLine("a\nb\tc") == "a b c");
  CHECK(OneLine("a\xC2\x9B"
                "2Jb") == "a?2Jb");
  CHECK(OneLine("größe ▁") == "größe ▁");
}

TEST_CASE("table columns are aligned by display width and the last is not padded") {
  CHECK(Table({"NAME", "X"}, {{"é", "1"}, {"longer", "22"}}) ==
        "NAME    X\n"
        "é       1\n"
        "longer  22\n");
  CHECK(Table({"NAME", "X"}, {}) == "NAME  X\n");
}

}  // namespace
}  // namespace understudy
