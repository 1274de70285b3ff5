// Which certificate a host gets.
#include "proxy/async/tls_names.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("a host gets the first certificate that has its name or a wildcard for it") {
  TlsNames names;
  names.Add({"a.test", "*.models.test"}, 1);
  names.Add({"a.test", "v1.models.test", "b.test"}, 2);
  names.Add({"v2.other.test", "*.b.test"}, 3);
  names.Add({"*.other.test"}, 4);
  CHECK(names.Find("a.test") == 1);
  CHECK(names.Find("A.TEST.") == 1);
  CHECK(names.Find("b.test") == 2);
  CHECK(names.Find("v1.models.test") == 1);
  CHECK(names.Find("v2.other.test") == 3);
  CHECK(names.Find("v3.other.test") == 4);
  CHECK(names.Find("x.b.test") == 3);
  for (const char* none : {"models.test", "x.y.models.test", ".models.test", "test", "", "."}) {
    CHECK(names.Find(none) == 0);
  }
}

TEST_CASE("a star that is not a whole first label is no wildcard") {
  TlsNames names;
  names.Add({"m*.test", "*", "*.*.test", "a.*.test"}, 1);
  for (const char* host : {"models.test", "a.b.test", "test", "m*.test"}) {
    CHECK(names.Find(host) == 0);
  }
}

}  // namespace
}  // namespace understudy
