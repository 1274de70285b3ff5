// The ways in which a model server that speaks HTTP/2 goes wrong, one row each.
#pragma once

#include <string>
#include <vector>

#include "test/integration/faults/servers/faulty_server.h"

namespace understudy {

struct Http2ServerFault {
  Fault fault;
  // Why its connections are given up on, as `http2_upstream_errors_total` has it; empty: they are
  // not.
  std::string reason;
};

// Every script ends when the proxy closes the connection.
const std::vector<Http2ServerFault>& AllHttp2Faults();

}  // namespace understudy
