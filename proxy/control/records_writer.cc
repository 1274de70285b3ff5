// Offer, queue, write.
#include "proxy/control/records_writer.h"

#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/records_capture.h"
#include "proxy/control/records_line.h"

namespace understudy {

std::string_view ToString(RecordDrop reason) {
  switch (reason) {
    case RecordDrop::kQueueFull:
      return "queue_full";
    case RecordDrop::kDiskFull:
      return "disk_full";
    case RecordDrop::kTooLarge:
      return "too_large";
    case RecordDrop::kIoError:
      return "io_error";
    case RecordDrop::kCount:
      break;
  }
  return "unknown";
}

RecordWriter::RecordWriter(RecordFile file, const RecordOptions& options,
                           std::function<WallTime()> now)
    : options_(options), now_(std::move(now)), file_(std::move(file)), limits_(options.limits) {
  counters_.cut_lines = file_.CutLines();
  thread_ = std::thread([this] { Run(); });
}

RecordWriter::~RecordWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

absl::StatusOr<std::unique_ptr<RecordWriter>> RecordWriter::Open(const std::string& directory,
                                                                 const RecordOptions& options,
                                                                 std::function<WallTime()> now) {
  ASSIGN_OR_RETURN(RecordFile file,
                   RecordFile::Open(directory, options.limits, options.segment_bytes));
  return std::unique_ptr<RecordWriter>(new RecordWriter(std::move(file), options, std::move(now)));
}

bool RecordWriter::Offer(DivergenceRecord record, const PairBodies& bodies,
                         const CaptureRules& rules) {
  const std::size_t withheld = ApplyCapture(record, bodies, rules);
  counters_.withheld_bodies.fetch_add(withheld, std::memory_order_relaxed);
  std::string line = FormatRecord(record);
  if (line.size() > options_.max_line_bytes) {
    Drop(RecordDrop::kTooLarge);
    return false;
  }
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() < options_.queue_lines &&
        queued_bytes_ + line.size() <= options_.queue_bytes) {
      queued_bytes_ += line.size();
      queue_.push_back(std::move(line));
      changed_.notify_all();
      return true;
    }
  }
  Drop(RecordDrop::kQueueFull);
  return false;
}

bool RecordWriter::Flush(Duration at_most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [this] { return queue_.empty() && !writing_; });
}

void RecordWriter::SetLimits(const RecordLimits& limits) {
  std::lock_guard lock(mutex_);
  limits_ = limits;
}

void RecordWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const std::deque<std::string> batch = std::exchange(queue_, {});
    const RecordLimits limits = limits_;
    queued_bytes_ = 0;
    writing_ = true;
    lock.unlock();
    Write(batch, limits);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void RecordWriter::Write(const std::deque<std::string>& batch, const RecordLimits& limits) {
  file_.SetLimits(limits);
  absl::Status fault;
  for (const std::string& line : batch) {
    const absl::Status appended = file_.Append(line, now_());
    if (appended.ok()) {
      counters_.written.fetch_add(1, std::memory_order_relaxed);
    } else {
      fault = appended;
      Drop(appended.code() == absl::StatusCode::kResourceExhausted ? RecordDrop::kDiskFull
                                                                   : RecordDrop::kIoError);
    }
    // Within a batch too: a batch may be larger than a segment.
    if (const absl::Status kept = file_.Maintain(now_()); !kept.ok()) fault = kept;
  }
  if (!fault.ok()) spdlog::warn("divergence records: {}", ToStd(fault.message()));
}

}  // namespace understudy
