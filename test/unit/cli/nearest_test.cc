// The name somebody probably meant.
#include "proxy/cli/nearest.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

const std::vector<std::string> kFlags = {"--reason", "--route", "--candidate", "--dry-run"};

TEST_CASE("a misspelt flag finds the one it is closest to") {
  CHECK(Nearest("--raeson", kFlags) == "--reason");
  CHECK(Nearest("--rote", kFlags) == "--route");
  CHECK(Nearest("--dryrun", kFlags) == "--dry-run");
}

TEST_CASE("a word far from every name finds nothing") {
  CHECK(Nearest("--frobnicate", kFlags).empty());
  CHECK(Nearest("", kFlags).empty());
  CHECK(Nearest(std::string(10'000, 'x'), kFlags).empty());
  CHECK(Nearest("x", {}).empty());
}

TEST_CASE("a short name is not offered for a word that shares nothing with it") {
  CHECK(Nearest("ab", {"xy"}).empty());
}

}  // namespace
}  // namespace understudy
