// What people are shown of a ledger beside its checks: segments, the incumbent's own noise, values.
//
// Threads: pure functions.
#pragma once

#include "proxy/evidence/ledger.h"
#include "proxy/model/control_view.h"

namespace understudy {

// Fills segments, spreads, reversals, parity, noise and values, over the whole rollout.
void ShowSlices(const Ledger& ledger, CandidateView& view);

}  // namespace understudy
