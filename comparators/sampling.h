// Whether a request asks a generative model for its likeliest answer, which repeats, or for one
// drawn at random, which need not.
//
// Threads: values and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "comparators/document.h"

namespace understudy {

// Holds where the request's JSON has this value at the pointer: `equals` is JSON, numbers are
// compared as numbers.
struct RequestCondition {
  std::string pointer;
  std::string equals;
  bool when_absent = false;  // holds where nothing is there, or null
};

enum class Sampling {
  kGreedy,
  kSampled,
};

// Greedy where any condition holds, and where there are none. A body that is no JSON is sampled:
// what is not known to repeat must not be held to it.
Sampling SamplingOf(std::string_view request_body, const std::vector<RequestCondition>& greedy);

}  // namespace understudy
