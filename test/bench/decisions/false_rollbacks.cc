// A candidate that is wrong on exactly as many requests as its margin allows: nobody should roll it
// back, however long and often it is looked at.
#include <array>
#include <utility>

#include "test/bench/decisions/peers.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kMargin = 0.01;
constexpr std::uint64_t kRequests = 1'000'000;
constexpr std::uint64_t kEarly = 100'000;
constexpr std::uint64_t kRuns = 4000;
// As the design measured them.
constexpr double kWantedLoose = 0.033;
constexpr double kWantedStrict = 0.004;

}  // namespace

Rows FalseRollbacks() {
  Stops loose(kRequests);
  Stops strict(kRequests);
  Peers peers(kRequests);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random("false rollbacks", run);
    const auto candidate = RareEvents(random, kMargin, kRequests);
    const auto control = RareEvents(random, kMargin, kRequests);
    const auto [at_loose, at_strict] = RollbackStops(candidate, kMargin, {0.05, 0.01});
    loose.Add(at_loose);
    strict.Add(at_strict);
    peers.AddAgainstRate({PerBlock(candidate, kRequests), PerBlock(control, kRequests), {}},
                         kMargin);
  }
  Row row = ErrorRow("alpha 5 %, 1,000,000 looks", loose.Share(), kRuns, 0.05, kWantedLoose);
  row.beside = peers.Shares(kRequests);
  row.remark =
      "Mann-Whitney and Diffy compare with a control that is wrong on 1 %, too; the z-test knows "
      "the rate, as ours does";
  Row early = ErrorRow("alpha 5 %, the first 100,000", loose.ShareWithin(kEarly), kRuns, 0.05);
  early.beside = peers.Shares(kEarly);
  return {row, ErrorRow("alpha 1 %, 1,000,000 looks", strict.Share(), kRuns, 0.01, kWantedStrict),
          early};
}

}  // namespace understudy::decisions
