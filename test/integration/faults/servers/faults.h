// The ways in which a model server goes wrong, one row each, and one that does not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "test/integration/faults/servers/faulty_server.h"

namespace understudy {

// All rows. Every script ends when the proxy closes the connection.
const std::vector<Fault>& AllFaults();
// The row of that name.
Fault FaultNamed(std::string_view name);
// Those whose names are given, in that order.
std::vector<Fault> FaultsNamed(const std::vector<std::string>& names);

// What a well server answers: tells requests apart, by path and body. `/large` gets 60 KB, whatever
// begins with `/chunked` three chunks.
std::string EchoAnswer(const HttpText& request);
// Serves a connection so, each answer after that many milliseconds.
FakeUpstream::Script EchoModel(int milliseconds = 0);

}  // namespace understudy
