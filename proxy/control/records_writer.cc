// Offer, queue, write.
#include "proxy/control/records_writer.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/records_capture.h"
#include "proxy/control/records_line.h"
#include "proxy/control/records_text.h"

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

namespace {

constexpr auto kGather = std::chrono::milliseconds(20);  // while somebody waits for none

RecordDrop ReasonOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return RecordDrop::kDiskFull;
    case absl::StatusCode::kOutOfRange:
      return RecordDrop::kTooLarge;
    default:
      return RecordDrop::kIoError;
  }
}

// Signals are other threads' work; and beyond a file size limit a write fails instead of ending the
// process with SIGXFSZ.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

// Cuts the texts so that the three of them, escaped six-fold, take three quarters of a line.
void CutBodies(DivergenceRecord& record, std::size_t max_line_bytes) {
  for (RecordedBody* body : {&record.request, &record.baseline, &record.candidate_answer}) {
    const std::size_t most = max_line_bytes / 24;
    if (!body->text || body->text->size() <= most) continue;
    body->text = std::string(CutText(*body->text, most));
    body->cut = true;
  }
}

}  // namespace

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
  const std::size_t withheld = ApplyCapture(record, bodies, rules, options_.digest_key);
  counters_.withheld_bodies.fetch_add(withheld, std::memory_order_relaxed);
  std::string line = FormatRecord(record);
  if (line.size() > options_.max_line_bytes) {
    CutBodies(record, options_.max_line_bytes);
    line = FormatRecord(record);
  }
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
      if (queue_.size() == 1) changed_.notify_all();
      return true;
    }
  }
  Drop(RecordDrop::kQueueFull);
  return false;
}

bool RecordWriter::Flush(Duration at_most) {
  std::unique_lock lock(mutex_);
  ++flushing_;
  changed_.notify_all();
  const bool done =
      changed_.wait_for(lock, at_most, [this] { return queue_.empty() && !writing_; });
  --flushing_;
  return done;
}

void RecordWriter::SetLimits(const RecordLimits& limits) {
  std::lock_guard lock(mutex_);
  limits_ = limits;
}

void RecordWriter::Run() {
  BlockSignals();
  std::unique_lock lock(mutex_);
  while (true) {
    const std::deque<std::string> batch = std::exchange(queue_, {});
    const RecordLimits limits = limits_;
    queued_bytes_ = 0;
    writing_ = true;
    lock.unlock();
    Write(batch, limits);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
    changed_.wait_for(lock, options_.upkeep, [this] { return stopping_ || !queue_.empty(); });
    // More come soon: one turn for several costs the data path's processors less.
    changed_.wait_for(lock, kGather, [this] { return stopping_ || flushing_ > 0; });
    if (stopping_ && queue_.empty()) return;
  }
}

void RecordWriter::Write(const std::deque<std::string>& batch, const RecordLimits& limits) {
  file_.SetLimits(limits);
  absl::Status fault = file_.Maintain(now_());
  for (const std::string& line : batch) {
    const WallTime now = now_();
    // Within a batch too: a batch may be larger than a segment.
    if (const absl::Status kept = file_.Maintain(now, line.size()); !kept.ok()) fault = kept;
    const absl::Status appended = file_.Append(line, now);
    if (appended.ok()) {
      counters_.written.fetch_add(1, std::memory_order_relaxed);
    } else {
      fault = appended;
      Drop(ReasonOf(appended));
    }
  }
  counters_.cut_lines.store(file_.CutLines(), std::memory_order_relaxed);
  if (!fault.ok()) Warn(fault);
}

// Once a minute: a disk that is full fails every line.
void RecordWriter::Warn(const absl::Status& fault) {
  const WallTime now = now_();
  if (now >= warned_at_ && now < warned_at_ + std::chrono::minutes(1)) return;
  warned_at_ = now;
  spdlog::warn("divergence records: {}", ToStd(fault.message()));
}

}  // namespace understudy
