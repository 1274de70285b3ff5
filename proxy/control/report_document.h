// The report as one value: everything the evidence says of a route's candidates at one moment.
// Each format is a rendering of it and adds nothing.
//
// Threads: values; building is pure. A document owns what it shows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/control/explain.h"
#include "proxy/control/gate.h"
#include "proxy/model/control_view.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

inline constexpr std::string_view kReportSchema = "understudy.report/v1";

// One of the worst pairs, with the places where it differs but never the values there.
struct ReportExample {
  DivergenceExample example;
  std::vector<std::string> places;  // "value at /outputs/0/data/3", at most kPlacesPerExample
};
inline constexpr std::size_t kExamplesPerReport = 3;
inline constexpr std::size_t kPlacesPerExample = 5;
inline constexpr std::size_t kTimelineLines = 200;  // the newest are kept

struct ReportCandidate {
  CandidateView status;               // its timeline is cut to kTimelineLines
  std::size_t timeline_left_out = 0;  // older lines
  GateAnswer gate;
  Explanation explanation;
  std::vector<ReportExample> examples;         // worst first, at most kExamplesPerReport
  std::vector<std::string> what_would_change;  // this verdict; at least one sentence
};

struct ReportDocument {
  WallTime generated_at{};
  RouteView route;
  std::vector<ReportCandidate> candidates;
  bool store_available = true;

  VerdictKind Worst() const;  // over the candidates; INCONCLUSIVE without any
};

// Records of examples by id, where they are still on disk.
using ExampleRecords = std::map<std::string, DivergenceRecord, std::less<>>;

// What a report of the route shows. `candidate` empty: all of the route. A named candidate that the
// configuration no longer lists is shown by its newest rollout. Nothing when the route or the
// candidate is unknown.
std::optional<std::vector<CandidateView>> ReportSubjects(const ControlView& view,
                                                         std::string_view route,
                                                         std::string_view candidate);
// One rollout as a report shows it: the live window of one under way, and the verdict and evidence
// that an ended one ended on. `rollout` is of `view`.
CandidateView ViewOfRollout(const ControlView& view, const RolloutState& rollout);

// Whether a subject's window has examples from before what its `worst` reaches back to.
bool LacksExamples(const CandidateView& subject);
// Adds such examples to `worst`; those of another rollout or time are passed over.
void AddExamples(CandidateView& subject, const std::vector<DivergenceRecord>& records);

ReportDocument BuildReport(const ControlView& view, std::string_view route,
                           const std::vector<CandidateView>& subjects,
                           const ExampleRecords& records, WallTime now);

// The verdict a reader should see first: a rollout that was rolled back is FAIL whatever the new
// window says; any other is the verdict of its window.
VerdictKind Headline(const CandidateView& candidate);

}  // namespace understudy
