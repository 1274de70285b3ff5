// Whatever the candidate does, clients get the same bytes in the same time, memory stays within its
// budget, nothing is left open, and every request is accounted for.
#include <catch2/catch.hpp>

#include "test/integration/isolation/no_client_notices.h"

using namespace understudy;

namespace {

constexpr const char* kMirrored =
    "    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 150ms, max_in_flight: 8, "
    "max_body: 256KiB, max_memory: 1MiB, adaptive: false}}]\n"
    "    compare: {preset: generic-json}\n";
constexpr const char* kShortIdle = ", pool: {idle: 50ms}";

void NoClientNotices(const Fault& fault) {
  constexpr int kRequests = 50;  // on each connection
  const auto configuration = [](const std::string& incumbent, const std::string& candidate) {
    return TwoModels(incumbent, candidate, kMirrored, kShortIdle);
  };
  NoClientNotices<kRequests>(fault, configuration, [](const RunningProxy&) {});
}

}  // namespace

TEST_CASE("no client notices a candidate that cannot be reached") {
  NoClientNotices(GENERATE(
      from_range(FaultsNamed({"refuses", "accepts and closes", "never accepts", "black hole"}))));
}

TEST_CASE("no client notices a candidate that takes its time") {
  NoClientNotices(GENERATE(from_range(FaultsNamed(
      {"never reads", "reads a byte a second", "answers a byte a second", "ten times slower"}))));
}

TEST_CASE("no client notices a candidate that answers wrongly") {
  NoClientNotices(GENERATE(from_range(
      FaultsNamed({"resets inside the body", "answers before the request's end", "garbage"}))));
}

TEST_CASE("no client notices a candidate that answers too much") {
  NoClientNotices(GENERATE(from_range(FaultsNamed(
      {"endless chunks", "endless until close", "floods interim answers", "answers at length"}))));
}
