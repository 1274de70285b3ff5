// A rollout's position and evidence as the journal, refusals and reports word them.
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/model/rollout.h"
#include "proxy/model/verdict.h"

namespace understudy {

// "10%" for 100'000 parts per million.
std::string PercentText(std::uint32_t ppm);

// "SHADOWING(1)", "RAMPING(2)", "BAKING": stages of a phase are numbered from 1.
std::string DescribePosition(const RolloutState& state);

// Position, weight and what holds it: "RAMPING(2) 10% [OPERATOR, FROZEN]"; "lowered" stands among
// the holds while an operator's lowering is in force.
std::string Describe(const RolloutState& state);

// "PASS: <sentence> (1200 pairs, coverage 98.5%, log evidence of harm -3.21)"; "no verdict yet"
// without one.
std::string DescribeEvidence(const Verdict* verdict);

}  // namespace understudy
