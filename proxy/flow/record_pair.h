// The record of a pair: what the comparators said, by name. Bodies are added by who stores it.
//
// Threads: a pure function.
#pragma once

#include <string>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/flow/mirrored_request.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

// `segments`: names, as "rule=value".
DivergenceRecord RecordOf(const PairJob& job, const PairScorer& scorer, const PairScore& score,
                          std::vector<std::string> segments);

}  // namespace understudy
