// What the control plane shows of itself: an immutable picture that the admin services, reports
// and metrics read, and the one interface through which they act.
//
// Threads: a ControlView is immutable; RolloutControl may be called from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/model/coverage.h"
#include "proxy/model/rollout.h"
#include "proxy/model/slices.h"
#include "proxy/model/topology.h"
#include "proxy/model/verdict.h"

namespace understudy {

// Hits of one ignore rule in the present window.
struct Suppression {
  std::string path;
  std::string reason;
  std::uint64_t hits = 0;   // values it covered
  std::uint64_t pairs = 0;  // of the window's compared pairs, those in which it covered any
  double share = 0;         // pairs of the compared ones
  std::string owner = {};
  std::string expires = {};  // "2026-12-31", or empty
};

// A place in which the incumbent differs from itself, for an ignore rule that nobody has written.
struct IgnoreSuggestion {
  std::string path;         // JSON pointer; array indexes are "*"
  double share = 0;         // of the pairs of the incumbent's own two answers, at least 0.5
  std::uint64_t pairs = 0;  // how many those are
};

// Requests one arm answered since the process started.
struct ArmTraffic {
  std::string role;  // "incumbent", "candidate", "fallback"
  std::string cluster;
  std::string version;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;     // no answer or 5xx
  double share_configured = 0;  // 0..1
  double share_measured = 0;    // 0..1 of the last minute
  double p50_seconds = 0, p99_seconds = 0;
};

// A divergent pair, as records keep it: digests and paths, no bodies.
struct DivergenceExample {
  std::string id;
  WallTime at{};
  std::string comparator;
  double divergence = 0;
  std::string reason;
  std::string segment;  // "language=de", joined by commas
};

// Divergence of one segment slot over the whole rollout. Checks judge the declared values; "other"
// and "unknown" are shown.
struct SegmentStanding {
  std::string segment;  // "language=de"
  std::string comparator;
  std::uint64_t samples = 0;
  double mean = 0;  // mean divergence
};

// How much the incumbent differs from itself, and the candidate beyond that, by one comparator.
struct NoiseView {
  std::string comparator;
  std::uint64_t control_pairs = 0;
  double incumbent = 0;  // mean divergence of the incumbent's two answers
  double excess = 0;     // mean of the candidate's beyond the control's, of the same requests
};

// A number in the answers, as shares of its cap.
struct ValueView {
  std::string name;
  std::uint64_t pairs = 0, missing = 0;
  double incumbent = 0, candidate = 0;
};

// Everything known of one candidate on one route.
struct CandidateView {
  std::string route;
  std::string candidate;
  std::string candidate_version;
  std::string incumbent;
  std::string incumbent_version;
  double mirror_rate = 0;               // as configured
  double mirror_rate_in_force = 0;      // lower while the candidate cannot keep up
  std::optional<RolloutState> rollout;  // the newest; none: evidence is observed without one
  Verdict verdict;                      // of the present window, against `plan`
  Plan plan;
  Coverage coverage;                       // of the present window
  Coverage coverage_total;                 // since the process started
  std::uint64_t pairs = 0;                 // compared in the present window
  double pairs_per_second = 0;             // over the last minute
  std::vector<double> divergence_history;  // mean per 2 s, oldest first, at most 60
  std::vector<Suppression> suppression;
  std::vector<IgnoreSuggestion> suggestions;  // the most frequent first; shown, never applied
  std::vector<SegmentStanding> segments;
  std::vector<SegmentSpread> spreads;
  std::vector<SignReversal> reversals;
  std::vector<ParityDifference> parity;
  std::vector<NoiseView> noise;
  std::vector<ValueView> values;
  std::uint64_t warming_up = 0;  // pairs of this window that do not count: it had just begun
  std::uint64_t retries = 0;     // pairs that do not count: the same request once more
  VerdictBasis basis;            // of `verdict`
  std::uint64_t diverged = 0;    // of `pairs`: most that one comparator scored above 0
  std::vector<DivergenceExample> worst;  // at most 10, worst first
  // Since when `worst` is complete: later than window_since after a restart, when earlier examples
  // are in the divergence records alone.
  WallTime worst_since{};
  // Of this rollout, and the route-wide acts of its time; oldest first.
  std::vector<JournalLine> timeline;
  WallTime window_since{};
};

struct RouteView {
  std::string name;
  std::string incumbent;  // in force, perhaps promoted beyond the file's
  std::string incumbent_in_file;
  bool killed = false;
  bool frozen = false;
  // The journal's lines of these acts; absent where the journal no longer reaches back to them.
  std::optional<JournalLine> killed_by;
  std::optional<JournalLine> frozen_by;
  std::vector<ArmTraffic> arms;
  // A promoted incumbent fails more often than its rollout allowed: said in a sentence, else empty.
  std::string late_change;
};

struct ControlView {
  std::uint64_t version = 0;  // moves with each publication
  std::uint64_t epoch = 0;    // of the control store
  WallTime at{};
  std::shared_ptr<const Topology> topology;
  std::vector<RouteView> routes;
  std::vector<CandidateView> candidates;
  std::vector<RolloutState> rollouts;  // all, newest first
  // By rollout id: the verdict and the evidence an ended rollout ended on, where it had any.
  std::map<std::string, std::shared_ptr<const CandidateView>, std::less<>> ended;
  std::vector<Quarantine> quarantine;
  bool store_available = true;

  const CandidateView* Find(std::string_view route, std::string_view candidate) const;
  const RouteView* FindRoute(std::string_view route) const;
  const CandidateView* FindEnded(std::string_view rollout_id) const;
};

class RolloutControl {
 public:
  virtual ~RolloutControl() = default;
  virtual std::shared_ptr<const ControlView> Read() const = 0;
  // Returns the view newer than `version`, or the present one after `timeout`.
  virtual std::shared_ptr<const ControlView> WaitNewer(std::uint64_t version, Duration timeout) = 0;
  // Acts once: returns after the change took effect and was journalled. INVALID_ARGUMENT,
  // NOT_FOUND, FAILED_PRECONDITION (with the present state), ABORTED (generation moved),
  // UNAVAILABLE (store). kill, freeze and their opposites return a state with an empty id.
  virtual absl::StatusOr<RolloutState> Apply(const Command& command) = 0;
};

}  // namespace understudy
