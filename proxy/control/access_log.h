// The access log on standard output: one JSON object a line, made on the worker, written by a
// thread of its own. A full queue drops lines and counts them; a worker never waits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "proxy/model/access_log.h"
#include "proxy/model/topology.h"

namespace understudy {

class QueuedAccessLog : public AccessLog {
 public:
  // Writes to the file descriptor, which stays open.
  QueuedAccessLog(const LogRules& rules, int descriptor);
  ~QueuedAccessLog() override;

  bool Wants(int status, std::uint64_t hash) const override;
  void Write(const AccessEntry& entry) override;
  void SetRules(const LogRules& rules);  // after a reload; any thread
  std::uint64_t Dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kMostQueuedBytes = 4u << 20;
  void Loop();
  // Waits for a slow reader, but not for ever once the log ends.
  void WriteOut(std::string_view text, bool ending);

  std::atomic<AccessLogMode> mode_;
  std::atomic<double> rate_;
  const int descriptor_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::string queued_;
  bool ending_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

// The line of an entry, with its newline.
std::string FormatAccess(const AccessEntry& entry);

}  // namespace understudy
