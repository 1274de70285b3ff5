// Promise 3, memory and file descriptors, as seen from outside while and after traffic runs.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "test/support/running_proxy.h"

namespace understudy {

inline double Outcomes(const RunningProxy& proxy, std::string_view outcome) {
  return proxy.Metric("understudy_mirror_requests_total",
                      "outcome=\"" + std::string(outcome) + "\"");
}

// Mirrored requests that became no pair yet.
inline double InFlight(const RunningProxy& proxy) {
  return Outcomes(proxy, "mirrored") - proxy.Metric("understudy_mirror_pairs_total");
}

// Open file descriptors of this process: the proxy's, the servers' and the clients'.
inline std::ptrdiff_t OpenDescriptors() {
  using Entries = std::filesystem::directory_iterator;
  return std::distance(Entries("/proc/self/fd"), Entries());
}

// Reads the gauge of mirror memory over and over, as long as it lives.
class MemoryWatch {
 public:
  explicit MemoryWatch(const RunningProxy& proxy)
      : thread_([this, &proxy] {
          while (!ending_) {
            most_ = std::max(most_.load(), proxy.Metric("understudy_mirror_memory_bytes"));
            LetPass(2);
          }
        }) {}
  ~MemoryWatch() { End(); }
  // The most there ever was.
  double End() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
    return most_;
  }

 private:
  std::atomic<bool> ending_{false};
  std::atomic<double> most_{0};
  std::thread thread_;
};

}  // namespace understudy
