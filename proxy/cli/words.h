// Messages of the admin API in the words people read. Pure.
//
// What the server relays from models and files passes through OneLine before it is printed.
#pragma once

#include <string>

#include "proxy/cli/paint.h"
#include "understudy/v1/types.pb.h"

namespace understudy {

// "SHADOWING", "RAMPING 2/4" (stages counted from 1), "COMPLETED".
std::string PhaseText(const v1::Rollout& rollout);

// "10%".
std::string WeightText(double weight_percent);

// "v2 (2024-05-01)"; the cluster alone when it has no version.
std::string ArmText(const std::string& cluster, const std::string& version);

// "OPERATOR, FROZEN"; "-" for none.
std::string HoldsText(const v1::Rollout& rollout);

// "PASS", or "INCONCLUSIVE NO_TRAFFIC" with the reason, coloured by its weight.
std::string VerdictText(v1::Verdict::Kind kind, v1::Verdict::Reason reason, const Paint& paint);

// "0.0123 [0.004, 0.03], limit 0.02, n 1200".
std::string EstimateText(const v1::CheckStatus& check);

// "r-0123 digits: v2 (2) against v1 (1), RAMPING 2/4 at 10%, generation 7".
std::string RolloutLine(const v1::Rollout& rollout);

}  // namespace understudy
