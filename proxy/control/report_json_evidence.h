// The part of the JSON report that is about a candidate's evidence.
//
// Threads: pure functions.
#pragma once

#include "proxy/control/report_document.h"
#include "proxy/control/report_json_writer.h"

namespace understudy {

// What the verdict was concluded from, for `understudyctl verify`.
void WriteEvidence(JsonWriter& json, const CandidateView& status);
// What ignore rules covered, segments, the incumbent's own noise, and values.
void WriteSlices(JsonWriter& json, const CandidateView& status, WallTime generated_at);

}  // namespace understudy
