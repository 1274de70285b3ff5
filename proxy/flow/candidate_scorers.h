// The comparators of each candidate's pairs, and where this thread counts what they say: looked up
// once per configuration, not once per pair.
//
// Threads: one compare thread's; a ScorerSource is shared by all of them.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/flow/mirrored_request.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

// The scorer of a route of a topology; built on first use and kept while the topology lives.
class ScorerSource {
 public:
  virtual ~ScorerSource() = default;
  virtual std::shared_ptr<const PairScorer> Of(const std::shared_ptr<const Topology>& topology,
                                               const Route& route) = 0;
};

struct CandidateScorer {
  std::weak_ptr<const Topology> topology;     // that it was made for
  std::shared_ptr<const PairScorer> scorer;   // null: the route's rules make none
  std::vector<ComparatorCounters*> counters;  // of this thread, by comparator
  bool same_bytes_are_equal = false;          // what the scorer says
  PairScore same;                             // of answers whose bytes are the same, then

  void Count(const PairScore& score) const;
};

class CandidateScorers {
 public:
  CandidateScorers(ScorerSource& scorers, TrafficBook& book, std::size_t thread)
      : scorers_(scorers), book_(book), thread_(thread) {}
  // Valid until the next call.
  const CandidateScorer& Of(const MirroredRequest& request, const CandidateTraffic& candidate);

 private:
  ScorerSource& scorers_;
  TrafficBook& book_;
  const std::size_t thread_;
  // By the coverage counters of route and candidate, which live as long as the process.
  std::map<const void*, CandidateScorer> known_;
};

}  // namespace understudy
