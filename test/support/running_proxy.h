// Understudy whole, in this process: its own data directory, ports picked by the kernel.
//
// Threads: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/server/process.h"
#include "test/support/http_text.h"
#include "test/support/socket.h"
#include "test/support/temporary_directory.h"

namespace understudy {

class RunningProxy {
 public:
  // `rest` is the configuration without listeners, admin, data_dir, log and drain. Throws with the
  // proxy's own sentence when it does not start. `listener`, `admin`: further keys of them.
  explicit RunningProxy(std::string_view rest, std::string_view listener_timeouts = {},
                        std::string_view listener = {}, std::string_view admin = {});

  std::uint16_t Port() const { return process_->ListenerPort(0); }
  TestSocket Connect() const { return TestSocket::Connect(Port()); }
  Process& Own() { return *process_; }
  std::string AdminAddress() const { return "127.0.0.1:" + std::to_string(process_->GrpcPort()); }

  // Sends the bytes on a connection of their own and reads one answer.
  HttpText Ask(std::string_view bytes, bool bodiless = false) const;
  // A POST of JSON on a connection of its own.
  HttpText Post(std::string_view path, std::string_view body, std::string_view fields = {}) const;
  // A page of the admin's HTTP address.
  HttpText Status(std::string_view path) const;
  // A sample of /metrics: the sum of all whose name and labels hold these texts; 0 when none.
  double Metric(std::string_view name, std::string_view labels = {},
                std::string_view more_labels = {}) const;
  // Waits, bounded, until `condition` holds.
  static bool Eventually(const std::function<bool()>& condition, int milliseconds = 5000);

  // Writes the configuration anew (its `rest`) and reloads. False when it is refused.
  bool Reload(std::string_view rest);
  // Stops and starts again over the same data.
  void Restart();

 private:
  void Write(std::string_view rest) const;
  void Start();

  TemporaryDirectory directory_;
  std::string listener_timeouts_;
  std::string listener_;
  std::string admin_;
  std::unique_ptr<Process> process_;
};

// How often a comparator said "same", "different" or "uncomparable".
inline double Comparisons(const RunningProxy& proxy, const std::string& comparator,
                          const std::string& result) {
  return proxy.Metric("understudy_comparisons_total", "comparator=\"" + comparator + "\"",
                      "result=\"" + result + "\"");
}

// One incumbent and one candidate on one route "/": clusters "v1" and "v2", route "all".
// `route` and `cluster` are further lines of YAML for the route and for both clusters.
std::string TwoModels(std::string_view incumbent, std::string_view candidate,
                      std::string_view route = {}, std::string_view cluster = {});
// One model alone.
std::string OneModel(std::string_view address, std::string_view cluster = {},
                     std::string_view route = {});

}  // namespace understudy
