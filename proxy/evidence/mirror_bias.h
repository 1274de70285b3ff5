// Are the requests that mirroring lost like those it compared? Lost ones that are larger, slower or
// of one segment leave a choice behind, and what is concluded from it holds for that choice alone.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "proxy/evidence/ledger.h"

namespace understudy {

// A sentence that names the kind of requests that were lost more often than others, where that is
// no chance: an e-value of at least 1,000 (shared over all kinds looked at) against "lost at most
// twice as often as the others", and at least 1 % of all chosen requests lost.
std::optional<std::string> MirrorBias(const LedgerShape& shape, const WindowSums& window);

}  // namespace understudy
