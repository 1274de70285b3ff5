// What segments say together: the worst of each rule and how far they lie apart, where a segment's
// tendency is against that of all traffic, and how differently groups are decided about.
//
// Threads: pure functions.
#pragma once

#include <vector>

#include "proxy/evidence/ledger.h"
#include "proxy/model/slices.h"

namespace understudy {

std::vector<SegmentSpread> SpreadsOf(const LedgerShape& shape, const WindowSums& total);
std::vector<SignReversal> SignReversalsOf(const LedgerShape& shape, const WindowSums& total);
// Rules with fewer than two groups that have decisions are left out. The interval holds all groups'
// rates at once, whenever it is looked at, with probability 1 - alpha.
std::vector<ParityDifference> ParityOf(const LedgerShape& shape, const WindowSums& total,
                                       double alpha);

}  // namespace understudy
