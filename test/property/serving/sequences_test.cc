// Thousands of request sequences, generated: each model sees exactly the requests that are its own,
// as they were sent, and each client gets exactly its answers, in order. A request smuggled in,
// lost or delivered twice shows in the account.
#include <catch2/catch.hpp>

#include "test/property/serving/traffic.h"

namespace understudy {
namespace {

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// An id that a fault names starts with its round's seed.
void Run(std::uint64_t first_seed, std::size_t requests) {
  Traffic traffic;
  std::uint64_t seed = first_seed;
  for (; traffic.Sent() < requests; ++seed) {
    INFO("seed " << seed);
    const std::vector<std::string> faults = traffic.Round(seed);
    INFO(Joined(faults));
    REQUIRE(faults.empty());
  }
  INFO("seeds " << first_seed << " to " << seed);
  const std::vector<std::string> faults = traffic.Settle();
  INFO(Joined(faults));
  REQUIRE(faults.empty());
  // Most of it was served, so that the account is about something.
  CHECK(traffic.Answered() > requests / 3);
  CHECK(traffic.Mirrored() > requests / 20);
}

TEST_CASE("each upstream sees exactly the requests meant for it, whatever clients send") {
  Run(1'000, 6'000);
}

TEST_CASE("each upstream sees exactly the requests meant for it over many more sequences",
          "[.][many]") {
  Run(1'000'000, 60'000);
}

}  // namespace
}  // namespace understudy
