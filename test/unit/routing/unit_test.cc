// What a request sticks by: the first key that it has.
#include <catch2/catch.hpp>

#include "test/unit/routing/traffic_samples.h"

namespace understudy {
namespace {

struct Found {
  std::string value;
  int source;
  bool fell_through;
  bool operator==(const Found&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Found& found) {
  return out << found.value << " from " << found.source << (found.fell_through ? " fell" : "");
}

Found Find(const std::vector<KeySource>& sticky,
           std::vector<std::pair<std::string, std::string>> fields, const std::string& body = "") {
  Route route;
  route.sticky = sticky;
  const SampleRequest request("/x", std::move(fields));
  const Unit unit = FindUnit(route, {request.Head(), "192.0.2.7", body, "r1"});
  return {std::string(unit.value), unit.source, unit.fell_through};
}

const KeySource kHeader{KeyKind::kHeader, "X-User"};
const KeySource kCookie{KeyKind::kCookie, "session"};
const KeySource kJson{KeyKind::kJson, "/user"};
const KeySource kAddress{KeyKind::kClientAddress, ""};
const KeySource kRequest{KeyKind::kRequest, ""};

TEST_CASE("without keys a request stands for itself") {
  CHECK(Find({}, {{"x-user", "u"}}) == Found{"r1", -1, false});
}

TEST_CASE("a header is found in any case and an empty one counts as absent") {
  CHECK(Find({kHeader}, {{"x-USER", "u1"}}) == Found{"u1", 0, false});
  CHECK(Find({kHeader}, {{"x-user", "u1"}, {"x-user", "u2"}}) == Found{"u1", 0, false});
  CHECK(Find({kHeader}, {{"x-user", ""}}) == Found{"r1", -1, true});
  CHECK(Find({kHeader}, {{"x-users", "u1"}}) == Found{"r1", -1, true});
  // Only letters have a case.
  CHECK(Find({{KeyKind::kHeader, "x-a^"}}, {{"x-a~", "u1"}}) == Found{"r1", -1, true});
}

TEST_CASE("the first key that is present is taken and passed ones are told") {
  const std::vector<KeySource> all = {kHeader, kCookie, kJson, kAddress};
  const std::string body = R"({"user": "j"})";
  CHECK(Find(all, {{"x-user", "h"}, {"cookie", "session=c"}}, body) == Found{"h", 0, false});
  CHECK(Find(all, {{"cookie", "session=c"}}, body) == Found{"c", 1, true});
  CHECK(Find(all, {}, body) == Found{"\"j\"", 2, true});
  CHECK(Find(all, {}) == Found{"192.0.2.7", 3, true});
  CHECK(Find({kHeader, kRequest}, {}) == Found{"r1", 1, true});
  CHECK(Find({kRequest}, {}) == Found{"r1", 0, false});
}

TEST_CASE("a cookie is found by its whole name among others") {
  const auto cookie = [](std::vector<std::string> lines) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const std::string& line : lines) fields.emplace_back("Cookie", line);
    return Find({kCookie}, fields).value;
  };
  CHECK(cookie({"session=abc"}) == "abc");
  CHECK(cookie({"a=1; session=abc; b=2"}) == "abc");
  CHECK(cookie({"a=1;session=abc"}) == "abc");
  CHECK(cookie({"a=1; \t session=abc \t; b=2"}) == "abc");
  CHECK(cookie({"a=1", "session=abc"}) == "abc");
  CHECK(cookie({"xsession=1; session2=2; session=abc"}) == "abc");
  CHECK(cookie({"session=a=b"}) == "a=b");
  CHECK(cookie({"session=\"q\""}) == "\"q\"");
  CHECK(cookie({"Session=abc"}) == "r1");  // names of cookies have a case
  CHECK(cookie({"session"}) == "r1");
  CHECK(cookie({"session="}) == "r1");
  CHECK(cookie({"=session"}) == "r1");
  CHECK(cookie({";;;  ;=;"}) == "r1");
  CHECK(cookie({""}) == "r1");
  CHECK(cookie({"a=session=abc"}) == "r1");
}

TEST_CASE("a value in the body is taken as it stands and null counts as absent") {
  CHECK(Find({kJson}, {}, R"({"user": 17})").value == "17");
  CHECK(Find({kJson}, {}, R"({"user": {"id": 1}})").value == R"({"id": 1})");
  CHECK(Find({kJson}, {}, R"({"user": null})") == Found{"r1", -1, true});
  CHECK(Find({kJson}, {}, R"({"user": ""})") == Found{"r1", -1, true});
  CHECK(Find({kJson}, {}, R"({"users": 1})") == Found{"r1", -1, true});
  CHECK(Find({kJson}, {}, "not json") == Found{"r1", -1, true});
}

}  // namespace
}  // namespace understudy
