// Draws the three arms' answers.
#include "test/bench/decisions/noise_stream.h"

#include <cmath>

#include "test/bench/decisions/rare_events.h"

namespace understudy::decisions {
namespace {

// The probability that an arm's answer to a flaky request is odd.
double OddChance(const NoisyModel& model) {
  if (model.odd == OddAnswers::kMany) return 1 - std::sqrt(1 - model.differs);
  return (1 - std::sqrt(1 - 2 * model.differs)) / 2;
}

}  // namespace

NoisyStream DrawNoisyStream(Random& random, const NoisyModel& model, std::uint64_t requests) {
  NoisyStream stream;
  const std::uint64_t blocks = requests / kBlock;
  stream.series.candidate.resize(blocks);
  stream.series.control.resize(blocks);
  stream.series.unequal.resize(blocks);
  stream.difference.reserve(requests);
  const double odd = OddChance(model);
  const auto differ = [&](bool one_odd, bool other_odd) {
    return model.odd == OddAnswers::kOne ? one_odd != other_odd : one_odd || other_odd;
  };
  for (std::uint64_t i = 0; i < requests; ++i) {
    bool candidate_differs = random.Chance(model.wrong);
    bool control_differs = false;
    if (random.Chance(model.flaky)) {
      const bool incumbent_odd = random.Chance(odd);
      const bool candidate_odd = random.Chance(odd);
      candidate_differs = candidate_differs || differ(incumbent_odd, candidate_odd);
      control_differs = differ(incumbent_odd, random.Chance(odd));
    }
    const std::uint64_t block = i / kBlock;
    stream.series.candidate[block] += candidate_differs ? 1 : 0;
    stream.series.control[block] += control_differs ? 1 : 0;
    stream.series.unequal[block] += candidate_differs != control_differs ? 1 : 0;
    stream.difference.push_back(
        static_cast<std::int8_t>((candidate_differs ? 1 : 0) - (control_differs ? 1 : 0)));
  }
  return stream;
}

}  // namespace understudy::decisions
