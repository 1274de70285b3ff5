// One HTTP/1.1 request at a time on a connection of its own, for a thread that may wait: the
// answer, or why there is none, by a deadline.
//
// Threads: Post() runs on many threads at once; End() may be called on any.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/judge/http_endpoint.h"

namespace understudy {

struct HttpReply {
  int status = 0;
  std::string body;  // at most 1 MiB
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;

  // Sends `body` as JSON and waits for the whole answer. `fields` are whole lines, each ended by
  // CRLF. DeadlineExceeded, Cancelled after End(), otherwise Internal with what went wrong and
  // never with anything of `fields`. The deadline does not bound looking up a host's name, for
  // which the system's resolver has times of its own.
  absl::StatusOr<HttpReply> Post(const HttpEndpoint& endpoint, std::string_view fields,
                                 std::string_view body, std::chrono::nanoseconds timeout) const;
  // Every Post() returns at once from now on.
  void End();

 private:
  int ending_ = -1;  // an eventfd, readable after End(): wakes all who wait
  std::atomic<bool> ended_{false};
};

}  // namespace understudy
