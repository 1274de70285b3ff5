// What an operator could turn to have a verdict sooner, with the gain where it can be told.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy {

// Sentences, the largest gain first. Empty when nothing is waited for that a setting holds up.
std::vector<std::string> KnobsOf(const ControlView& view, const CandidateView& candidate,
                                 WallTime now);

}  // namespace understudy
