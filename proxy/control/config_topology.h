// Turns the messages of a file that has been read into the values the proxy works with. Pure.
#pragma once

#include "proxy/model/topology.h"
#include "understudy/v1/config.pb.h"

namespace understudy {

// Lists keep their order and length, so an index names the same thing in both. Values that are
// missing (they have a fault) stay at the model's defaults. Names, built-in plans and the file's
// hash are left to the caller.
Topology BuildTopology(const v1::ConfigFile& file);

}  // namespace understudy
