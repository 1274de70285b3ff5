// A stage of a plan in few words.
#pragma once

#include <chrono>
#include <cstdint>

#include "proxy/model/plan.h"

namespace understudy {

inline Stage StageOf(std::uint32_t ppm, std::uint64_t min_samples, int min_seconds) {
  Stage stage;
  stage.weight_ppm = ppm;
  stage.min_samples = min_samples;
  stage.min_duration = std::chrono::seconds(min_seconds);
  return stage;
}

}  // namespace understudy
