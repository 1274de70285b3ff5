// A walk into clusters.
#include "proxy/offline/cluster_records.h"

#include "proxy/base/status.h"
#include "proxy/control/divergence_clusters.h"

namespace understudy {

absl::StatusOr<v1::ListDivergencesResponse> ClusterRecords(const RecordWalk& walk,
                                                           const std::string& by,
                                                           std::size_t most) {
  const std::optional<ClusterBy> chosen = ParseClusterBy(by);
  if (!chosen) return InvalidArgument("divergences are clustered by no \"" + by + "\"");
  DivergenceClusters clusters(*chosen);
  ASSIGN_OR_RETURN(const RecordWalkEnd end, WalkRecords(walk, [&](const DivergenceRecord& record) {
                     clusters.Add(record);
                   }));
  v1::ListDivergencesResponse response;
  clusters.Write(most, response);
  response.set_more_records(end.more);
  return response;
}

}  // namespace understudy
