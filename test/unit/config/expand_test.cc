// ${...}: what is replaced, what is not, and what is never shown.
#include <catch2/catch.hpp>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"

namespace understudy {
namespace {

std::string Small(std::string_view data_dir) {
  return With(std::string(SmallestConfigExample()), "./understudy-data", data_dir);
}

std::string DataDir(std::string_view written, const FakeEnvironment& environment) {
  const ConfigResult result = Load(Small(written), environment);
  return result.topology ? result.topology->data_dir : Lines(result).front();
}

TEST_CASE("variables, defaults and files are replaced in values") {
  FakeEnvironment environment;
  environment.variables = {{"HOME_DIR", "/srv"}, {"EMPTY", ""}};
  environment.files = {{"token", "secret\n"}, {"crlf", "a\r\n"}, {"two", "a\n\n"}};
  CHECK(DataDir("${HOME_DIR}/x", environment) == "/srv/x");
  CHECK(DataDir("a${HOME_DIR}${HOME_DIR}", environment) == "a/srv/srv");
  CHECK(DataDir("${NONE:-./d}", environment) == "./d");
  CHECK(DataDir("${EMPTY:-./d}", environment) == "./d");
  CHECK(DataDir("${HOME_DIR:-./d}", environment) == "/srv");
  CHECK(DataDir("${file:token}", environment) == "secret");
  CHECK(DataDir("${file:crlf}", environment) == "a");
  CHECK(DataDir("$${HOME_DIR}", environment) == "${HOME_DIR}");
  CHECK(DataDir("$HOME_DIR", environment) == "$HOME_DIR");
}

TEST_CASE("a replaced value is read like a written one, in quotes or not") {
  FakeEnvironment environment;
  environment.variables = {{"N", "4"}, {"RATE", "25%"}, {"YES", "true"}};
  std::string text = With(std::string(SmallestConfigExample()), "1.0}", "\"${RATE}\"}");
  text += "workers: ${N}\ncompare_threads: \"${N}\"\n";
  text = With(text, "effects: pure", "effects: pure\n    expose_arm: ${YES}");
  const ConfigResult result = Load(text, environment);
  REQUIRE(Lines(result) == std::vector<std::string>{});
  CHECK(result.topology->workers == 4);
  CHECK(result.topology->compare_threads == 4);
  CHECK(result.topology->routes[0].candidates[0].mirror.rate == 0.25);
  CHECK(result.topology->routes[0].expose_arm);
}

TEST_CASE("an expansion that fails names what is missing") {
  const FakeEnvironment environment;
  CHECK(DataDir("${NONE}", environment) ==
        "f.yaml:15:11: the environment variable NONE is not set; set it or write ${NONE:-default}");
  CHECK(DataDir("${file:none}", environment) ==
        "f.yaml:15:11: the file 'none' cannot be read: No such file or directory");
  CHECK(DataDir("${NONE", environment) ==
        "f.yaml:15:11: '${' has no '}'; write '$${' for the characters themselves");
  CHECK(DataDir("${1A}", environment) ==
        "f.yaml:15:11: '1A' is no variable's name; write ${VAR}, ${VAR:-default} or ${file:PATH}");
}

TEST_CASE("a value from outside is never shown and must be text") {
  FakeEnvironment environment;
  environment.variables = {{"SECRET", "hunter2"}, {"RAW", std::string("a\x02", 2)}};
  environment.files = {{"large", std::string(kMostExpandedFileBytes + 1, 'x')}};
  const ConfigResult result =
      Load(With(std::string(SmallestConfigExample()), "effects: pure", "effects: ${SECRET}"),
           environment);
  REQUIRE(result.faults.size() == 1);
  CHECK(result.faults[0].message ==
        "'effects' must be one of pure, idempotent, mutating, unknown, not '${SECRET}'");
  CHECK(DataDir("${RAW}", environment) ==
        "f.yaml:15:11: the value of '${RAW}' is not text: it holds a control character 0x02");
  CHECK(DataDir("${file:large}", environment) ==
        "f.yaml:15:11: the file 'large' cannot be read: it is too large");
}

TEST_CASE("expansions add a bounded number of bytes") {
  FakeEnvironment environment;
  environment.files = {{"big", std::string(kMostExpandedFileBytes, 'x')}};
  std::string value;
  for (int i = 0; i < 17; ++i) value += "${file:big}";
  CHECK(DataDir(value, environment) ==
        "f.yaml:15:11: expansions add more than 1048576 bytes to the file");
}

TEST_CASE("the process's environment reads variables and regular files alone") {
  const ProcessEnvironment environment;
  CHECK_FALSE(environment.Variable("UNDERSTUDY_TEST_SURELY_NOT_SET").has_value());
  CHECK(environment.Variable("PATH").has_value());
  CHECK_FALSE(environment.File("/dev/null", 10).ok());
  CHECK_FALSE(environment.File("no-such-file", 10).ok());
}

}  // namespace
}  // namespace understudy
