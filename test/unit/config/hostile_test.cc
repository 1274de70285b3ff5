// Mutated files: loading ends, with a topology or with faults, and never crashes.
#include <catch2/catch.hpp>
#include <random>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"

namespace understudy {
namespace {

std::string Mutated(std::string text, std::mt19937_64& chance) {
  static const std::vector<std::string> kBits = {"[",
                                                 "]",
                                                 "{",
                                                 "}",
                                                 ": ",
                                                 "- ",
                                                 "\n",
                                                 "  ",
                                                 "\"",
                                                 "'",
                                                 "#",
                                                 "|",
                                                 ">",
                                                 "&a",
                                                 "*a",
                                                 "!!map",
                                                 "---",
                                                 "...",
                                                 "%",
                                                 "?",
                                                 "<<",
                                                 "${A}",
                                                 "$${",
                                                 "${file:f}",
                                                 "~",
                                                 "\t",
                                                 "\xC3",
                                                 "\0",
                                                 "0",
                                                 "-1",
                                                 "1e999",
                                                 ",",
                                                 "@",
                                                 "?\n: ",
                                                 "!",
                                                 "\\u0000",
                                                 "99999999999999999999"};
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
  const std::size_t edits = 1 + below(4);
  for (std::size_t i = 0; i < edits && !text.empty(); ++i) {
    const std::size_t at = below(text.size());
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(chance());
        break;
      case 1:
        text.erase(at, 1 + below(20));
        break;
      case 2:
        text.insert(at, kBits[below(kBits.size())]);
        break;
      case 3:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      default:
        text[at] = static_cast<char>(32 + below(95));
    }
  }
  return text;
}

TEST_CASE("mutated files never crash and end in a topology or in faults") {
  FakeEnvironment environment;
  environment.variables = {{"A", "x"}};
  environment.files = {{"f", "y\n"}};
  std::mt19937_64 chance(20240501);
  int loaded = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string_view seed = i % 2 == 0 ? SmallestConfigExample() : FullConfigExample();
    const std::string text = Mutated(std::string(seed), chance);
    const ConfigResult result = Load(text, environment);
    const bool one_of_two = (result.topology != nullptr) == result.faults.empty();
    if (!one_of_two) FAIL("neither or both for:\n" << text);
    ++(result.topology ? loaded : refused);
    for (const ConfigFault& fault : result.faults) {
      const bool sound = fault.place.line >= 1 && fault.place.column >= 1 &&
                         !fault.message.empty() && fault.message.size() < 2000 &&
                         fault.message.find('\n') == std::string::npos;
      if (!sound) FAIL("an unsound fault: " << fault.ToString());
    }
  }
  // Both ways were taken, so the loop tried more than the first step.
  CHECK(loaded > 50);
  CHECK(refused > 500);
}

}  // namespace
}  // namespace understudy
