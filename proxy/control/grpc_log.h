// What gRPC itself has to say (a handshake that failed, mostly) goes into the process log, within
// bounds.
#pragma once

namespace understudy {

// For the whole process, from now on. A second call does nothing.
void LogGrpcInProcessLog();

}  // namespace understudy
