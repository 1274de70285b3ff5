// A TCP connection on which a thread waits: for bytes, until a deadline, or until the process ends.
//
// Threads: used by one thread. Ownership: its descriptor; closed with it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/judge/http_endpoint.h"

struct addrinfo;

namespace understudy {

// Every function fails with DeadlineExceeded, with Cancelled once `ending` is readable, and
// otherwise with Internal and what went wrong.
class WaitingConnection {
 public:
  WaitingConnection(int ending, std::chrono::steady_clock::time_point until)
      : ending_(ending), until_(until) {}
  ~WaitingConnection() { Close(); }
  WaitingConnection(const WaitingConnection&) = delete;

  // To the first address of the host that takes it.
  absl::Status Open(const HttpEndpoint& endpoint);
  absl::Status Send(std::string_view bytes);
  // Appends what comes next; false at the end.
  absl::StatusOr<bool> Read(std::string& into);

 private:
  absl::Status Connect(const addrinfo& to);
  absl::Status Wait(short events) const;
  void Close();

  const int ending_;  // a descriptor
  const std::chrono::steady_clock::time_point until_;
  int descriptor_ = -1;
};

}  // namespace understudy
