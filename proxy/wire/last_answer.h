// An answer to a client that is not served.
//
// Threads: one worker's.
#pragma once

#include <string>

#include "proxy/async/tcp_socket.h"
#include "proxy/wire/worker.h"

namespace understudy {

// Writes it as far as the socket takes it, and reads what the client still sends for a moment, so
// that closing does not destroy it. The socket outlives this.
Task<> AnswerLast(Worker& worker, TcpSocket& socket, std::string answer);

}  // namespace understudy
