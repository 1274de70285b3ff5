// The record store's writing end: a bounded queue of finished lines and one thread that writes
// them.
//
// Threads: Offer() from any thread; it formats on the caller's thread and never waits for the disk.
// Ownership: the writer owns its thread; the destructor writes what is queued and joins.
// Invariant: what is queued has been through the capture and redaction rules of its route.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "proxy/control/records_file.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

enum class RecordDrop { kQueueFull, kDiskFull, kTooLarge, kIoError, kCount };
std::string_view ToString(RecordDrop reason);  // "queue_full", ...

struct RecordOptions {
  RecordLimits limits;
  std::uint64_t segment_bytes = 16u << 20;  // a larger active segment is sealed
  std::size_t max_line_bytes = 4u << 20;
  std::uint64_t digest_key = 0;  // of the data directory; see records_key.h
  std::size_t queue_lines = 4096;
  std::size_t queue_bytes = 32u << 20;  // in memory: twice that, while a full queue is written
  Duration upkeep = std::chrono::seconds(10);  // real time between looks at idle files
};

// Any thread reads; the writer and its callers write.
struct RecordCounters {
  std::atomic<std::uint64_t> written{0};
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(RecordDrop::kCount)> dropped{};
  std::atomic<std::uint64_t> cut_lines{0};        // partial lines found and cut
  std::atomic<std::uint64_t> withheld_bodies{0};  // bodies that could not be redacted

  std::uint64_t Dropped(RecordDrop reason) const {
    return dropped[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
};

class RecordWriter : public RecordSink {
 public:
  // Opens (and makes) the directory and starts the thread. `now` names segments and ages them; it
  // is called on that thread. The status is a sentence that names the directory.
  static absl::StatusOr<std::unique_ptr<RecordWriter>> Open(const std::string& directory,
                                                            const RecordOptions& options,
                                                            std::function<WallTime()> now);
  ~RecordWriter() override;

  // A line above the bound loses the greater part of its bodies (marked `cut`) before it is
  // dropped.
  bool Offer(DivergenceRecord record, const PairBodies& bodies, const CaptureRules& rules) override;

  // Waits until everything offered before is written or dropped. False when that took longer.
  bool Flush(Duration at_most);

  void SetLimits(const RecordLimits& limits);  // after a reload
  const RecordCounters& Counters() const { return counters_; }

 private:
  RecordWriter(RecordFile file, const RecordOptions& options, std::function<WallTime()> now);
  void Run();
  void Write(const std::deque<std::string>& batch, const RecordLimits& limits);
  void Warn(const absl::Status& fault);
  void Drop(RecordDrop reason) { dropped_of(reason).fetch_add(1, std::memory_order_relaxed); }
  std::atomic<std::uint64_t>& dropped_of(RecordDrop reason) {
    return counters_.dropped[static_cast<std::size_t>(reason)];
  }

  const RecordOptions options_;
  const std::function<WallTime()> now_;
  RecordFile file_;       // the thread's alone
  WallTime warned_at_{};  // the thread's alone
  RecordCounters counters_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  RecordLimits limits_;
  int flushing_ = 0;     // who waits for an empty queue
  bool writing_ = true;  // the thread begins with a look at the files
  bool stopping_ = false;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace understudy
