// Formatting, queueing and writing access lines.
#include "proxy/control/access_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>

#include "proxy/base/hash.h"
#include "proxy/base/log.h"

namespace understudy {

std::string FormatAccess(const AccessEntry& entry) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(entry.at);
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(entry.at - seconds).count();
  const std::string grpc =
      entry.grpc_status < 0 ? std::string() : fmt::format("\"grpc_status\":{},", entry.grpc_status);
  return fmt::format(
      "{{\"time\":\"{:%Y-%m-%dT%H:%M:%S}.{:06}Z\",\"id\":{},\"client\":{},\"protocol\":\"{}\","
      "\"method\":{},\"path\":{},\"route\":{},\"cluster\":{},\"arm\":\"{}\",\"status\":{},{}"
      "\"bytes_"
      "in\":{},\"bytes_out\":{},"
      "\"seconds\":{:.6f},\"first_byte_seconds\":{:.6f},\"outcome\":\"{}\",\"mirrored\":{},"
      "\"not_mirrored\":\"{}\"}}\n",
      fmt::gmtime(std::chrono::system_clock::to_time_t(
          std::chrono::time_point_cast<std::chrono::system_clock::duration>(seconds))),
      micros, JsonQuote(entry.request_id), JsonQuote(entry.client_address), entry.protocol,
      JsonQuote(entry.method), JsonQuote(entry.path.substr(0, entry.path.find('?'))),
      JsonQuote(entry.route), JsonQuote(entry.cluster), entry.arm, entry.status, grpc,
      entry.bytes_in, entry.bytes_out, Seconds(entry.total), Seconds(entry.first_byte),
      ToString(entry.outcome), entry.mirrored, entry.not_mirrored);
}

QueuedAccessLog::QueuedAccessLog(const LogRules& rules, int descriptor)
    : mode_(rules.access), rate_(rules.access_rate), descriptor_(descriptor) {
  thread_ = std::thread([this] { Loop(); });
}

void QueuedAccessLog::SetRules(const LogRules& rules) {
  mode_.store(rules.access, std::memory_order_relaxed);
  rate_.store(rules.access_rate, std::memory_order_relaxed);
}

QueuedAccessLog::~QueuedAccessLog() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  moved_.notify_one();
  thread_.join();
}

bool QueuedAccessLog::Wants(int status, std::uint64_t hash) const {
  switch (mode_.load(std::memory_order_relaxed)) {
    case AccessLogMode::kAll:
      return true;
    case AccessLogMode::kErrors:
      return status == 0 || status >= 500;
    case AccessLogMode::kSampled:
      return UnitInterval(hash) < rate_.load(std::memory_order_relaxed);
    case AccessLogMode::kOff:
      return false;
  }
  return false;
}

void QueuedAccessLog::Write(const AccessEntry& entry) {
  const std::string line = FormatAccess(entry);
  std::lock_guard lock(mutex_);  // held for an append only; the writer holds it for a swap only
  if (queued_.size() + line.size() > kMostQueuedBytes) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  queued_ += line;
}

void QueuedAccessLog::Loop() {
  std::string writing;
  bool ending = false;
  while (!ending) {
    {
      std::unique_lock lock(mutex_);
      moved_.wait_for(lock, std::chrono::milliseconds(50), [this] { return ending_; });
      ending = ending_;
      writing.clear();
      writing.swap(queued_);
    }
    WriteOut(writing, ending);
  }
}

void QueuedAccessLog::WriteOut(std::string_view text, bool ending) {
  static constexpr int kPatienceMs = 1000;
  while (!text.empty()) {
    pollfd out{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&out, 1, kPatienceMs);
    if (ready == 0) {
      if (!ending) {
        std::lock_guard lock(mutex_);
        ending = ending_;
      }
      if (!ending) continue;
    }
    // Up to PIPE_BUF bytes a writable pipe takes without waiting.
    const ssize_t wrote = ready == 0 ? -1
                                     : ::write(descriptor_, text.data(),
                                               std::min<std::size_t>(text.size(), PIPE_BUF));
    if (ready != 0 && wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      dropped_.fetch_add(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')),
                         std::memory_order_relaxed);
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace understudy
