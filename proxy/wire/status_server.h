// The small HTTP server beside the data path: /metrics, /livez, /readyz. One thread, bounded
// connections and requests; Beast does the protocol.
//
// Threads: Start() and Stop() from one owner; `answer` is called on the server's own thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"

namespace understudy {

struct StatusPage {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class StatusServer {
 public:
  // UNAVAILABLE with a sentence that names the address. Port 0 picks a free one.
  static absl::StatusOr<std::unique_ptr<StatusServer>> Start(
      const SocketAddress& address, std::function<StatusPage(std::string_view path)> answer);
  ~StatusServer();
  std::uint16_t Port() const;
  void Stop();

 private:
  struct Parts;
  explicit StatusServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
