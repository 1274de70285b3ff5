// The tables of the benchmark of decision quality, each measured by simulation with fixed seeds.
//
// Threads: each is a pure function of nothing; they share nothing.
#pragma once

#include "test/bench/decisions/row.h"

namespace understudy::decisions {

Rows FalseRollbacks();   // how often a candidate exactly at its margin is rolled back
Rows Detection();        // how soon one beyond it is
Rows Promotion();        // how soon one within it passes, how often one at it does
Rows Noise();            // the same when the incumbent differs from itself
Rows LateRegressions();  // how soon after a long clean past
Rows ChangeAlarms();     // how often the change detector is wrong
Rows ErrorRatio();       // error rates of two serving arms, and of pairs
Rows Latency();          // a slower candidate
Rows Segments();         // one bad slice of traffic among twenty
Rows ProductPath();      // detection through the ledger and the verdict

}  // namespace understudy::decisions
