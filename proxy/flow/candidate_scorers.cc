// Looking up, and counting by comparator.
#include "proxy/flow/candidate_scorers.h"

#include <algorithm>

namespace understudy {
namespace {

// 0 for no divergence, then (0,0.1] .. (0.9,1].
std::size_t BucketOf(double divergence) {
  if (divergence <= 0) return 0;
  const auto above = static_cast<std::size_t>(1 + std::min(9.0, divergence * 10));
  const bool on_edge = divergence * 10 == static_cast<double>(above - 1) && above > 1;
  return on_edge ? above - 1 : above;
}

}  // namespace

const CandidateScorer& CandidateScorers::Of(const MirroredRequest& request,
                                            const CandidateTraffic& candidate) {
  CandidateScorer& known = known_[candidate.coverage];
  const auto& present = request.view->topology;
  if (!known.topology.owner_before(present) && !present.owner_before(known.topology)) return known;
  const Route& route = *request.route->route;
  known = {request.view->topology, scorers_.Of(request.view->topology, route), {}, false, {}};
  if (known.scorer == nullptr) return known;
  known.same_bytes_are_equal = known.scorer->Traits().same_bytes_are_equal;
  known.same.scores.resize(known.scorer->ComparatorNames().size());
  for (ComparatorScore& score : known.same.scores) score.compared = true;
  for (const std::string& name : known.scorer->ComparatorNames()) {
    known.counters.push_back(
        &book_.Comparator(route.name, candidate.cluster->name, name).At(thread_));
  }
  return known;
}

void CandidateScorer::Count(const PairScore& score) const {
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    const ComparatorScore& one = score.scores[i];
    ComparatorCounters& count = *counters[i];
    if (!one.applies) {
      count.not_applicable.Add();
      continue;
    }
    if (!one.compared) {
      count.uncomparable.Add();
      continue;
    }
    const double divergence = one.comparison.divergence;
    (divergence > 0 ? count.different : count.same).Add();
    count.score_buckets[BucketOf(divergence)].Add();
    count.score_sum_millionths.Add(static_cast<std::uint64_t>(divergence * 1e6));
  }
}

}  // namespace understudy
