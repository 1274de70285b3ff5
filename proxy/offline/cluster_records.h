// What divergent pairs on disk have in common, as the admin API says it of a running server's.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "proxy/offline/stored_records.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {

// At most `most` clusters of what the walk hands over. `by` is a word of
// ListDivergencesRequest.cluster_by. INVALID_ARGUMENT for another, and the errors of WalkRecords().
absl::StatusOr<v1::ListDivergencesResponse> ClusterRecords(const RecordWalk& walk,
                                                           const std::string& by, std::size_t most);

}  // namespace understudy
