// The formats of a report. The same document always gives the same bytes.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "proxy/control/report_document.h"

namespace understudy {

// Schema kReportSchema: keys in a fixed order, only ever added to; times RFC 3339, durations in
// seconds, shares 0..1, numbers finite or null.
std::string RenderReportJson(const ReportDocument& document);

// An object with the key "verdict" alone, as it stands in the report of each candidate.
std::string RenderVerdictJson(const Verdict& verdict);

// For people: verdict line, checks, coverage, suppression, overrides, timeline, segments, three
// worst examples without values, what would change the verdict.
std::string RenderReportMarkdown(const ReportDocument& document);

// For CI: a suite per candidate and segment, a case per check and one for the rollout. FAIL is a
// failure, INCONCLUSIVE an error; a check that is not required never fails the suite.
std::string RenderReportJunit(const ReportDocument& document);

}  // namespace understudy
