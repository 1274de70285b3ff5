// Pairs of a model that does not always answer the same: what the incumbent, a control that runs
// the same model, and a candidate say to each request.
//
// On a flaky request each arm gives, by its own chance, the usual answer or an odd one, so that two
// arms of the same model differ with a set probability. A wrong candidate answers what nobody else
// does.
//
// Threads: pure functions but for the generator.
#pragma once

#include <cstdint>
#include <vector>

#include "test/bench/decisions/peers.h"
#include "test/bench/decisions/random.h"

namespace understudy::decisions {

enum class OddAnswers {
  kOne,   // the same from every arm, as a label that flips; arms differ on at most half of requests
  kMany,  // never the same twice, as text that is drawn
};

struct NoisyModel {
  OddAnswers odd = OddAnswers::kMany;
  double flaky = 1;    // share of requests
  double differs = 0;  // probability that two arms of the same model differ on a flaky request
  double wrong = 0;    // probability that the candidate is wrong, on any request
};

struct NoisyStream {
  Series series;                        // differences from the incumbent, per block
  std::vector<std::int8_t> difference;  // per request, D = div(incumbent, candidate) -
                                        // div(incumbent, control), in {-1, 0, 1}
};

// `requests` is a multiple of kBlock.
NoisyStream DrawNoisyStream(Random& random, const NoisyModel& model, std::uint64_t requests);

}  // namespace understudy::decisions
