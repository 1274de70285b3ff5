// What a pair's answers say beside their divergence: numbers such as tokens, and decisions.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/model/sample.h"
#include "proxy/model/topology.h"

namespace understudy {

// Of a measure; what is beyond 30 years counts as these.
Duration FromMilliseconds(double milliseconds);

using FieldPair = std::pair<AnswerField, AnswerField>;  // of the incumbent, of the candidate

// One per value rule of the route. `fields` are PairScore::fields; those of values that have a
// pointer come first. `measures` are PairScore::measures.
std::vector<SampleValue> ValuesOf(const Route& route, const PairScore& score);

// Nothing where the route has no decision rule, or an answer has nothing at its pointer. The
// decision's field is the last.
std::optional<SampleDecision> DecisionOf(const Route& route, const std::vector<FieldPair>& fields);

}  // namespace understudy
