// Counting without bound, logging within one.
#include <catch2/catch.hpp>

#include "proxy/control/admin_denials.h"

namespace understudy {
namespace {

SteadyTime At(Duration since_start) { return SteadyTime(std::chrono::hours(1) + since_start); }

TEST_CASE("every refusal is counted by its reason") {
  AdminDenials denials;
  for (int i = 0; i < 100; ++i) denials.Add(AdminDenial::kUnknownToken, At({}));
  denials.Add(AdminDenial::kRoleTooLow, At({}));
  CHECK(denials.Count(AdminDenial::kUnknownToken) == 100);
  CHECK(denials.Count(AdminDenial::kRoleTooLow) == 1);
  CHECK(denials.Count(AdminDenial::kNoCredentials) == 0);
}

TEST_CASE("a flood of refusals gets a few lines, and the next one says how many it got none for") {
  AdminDenials denials;
  int logged = 0;
  for (int i = 0; i < 50; ++i) {
    const auto left_out = denials.Add(AdminDenial::kUnknownToken, At({}));
    if (!left_out) continue;
    CHECK(*left_out == 0);
    ++logged;
  }
  CHECK(logged == LogBound::kAtOnce);
  CHECK_FALSE(denials.Add(AdminDenial::kUnknownToken, At(std::chrono::milliseconds(900))));
  CHECK(denials.Add(AdminDenial::kUnknownToken, At(std::chrono::milliseconds(1000))) == 41);
  CHECK_FALSE(denials.Add(AdminDenial::kUnknownToken, At(std::chrono::milliseconds(1500))));
  CHECK(denials.Add(AdminDenial::kUnknownToken, At(std::chrono::milliseconds(2000))) == 1);
}

TEST_CASE("lines that were not used come back, and no more than there were") {
  AdminDenials denials;
  for (int i = 0; i < 50; ++i) denials.Add(AdminDenial::kUnknownToken, At({}));
  int logged = 0;
  for (int i = 0; i < 50; ++i) {
    logged += denials.Add(AdminDenial::kUnknownToken, At(std::chrono::hours(5))) ? 1 : 0;
  }
  CHECK(logged == LogBound::kAtOnce);
}

}  // namespace
}  // namespace understudy
