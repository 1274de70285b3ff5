// The part of the JSON report about ignore rules: what they hit, and what might be one. Pure.
#pragma once

#include "proxy/base/time.h"
#include "proxy/control/report_json_writer.h"
#include "proxy/model/control_view.h"

namespace understudy {

// "suppression" and "suggestions", as members of the candidate's object.
void WriteRules(JsonWriter& json, const CandidateView& status, WallTime generated_at);

}  // namespace understudy
