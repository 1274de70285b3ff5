// The one stream to a comparator service that all pairs share: requests go out as callers bring
// them, answers are matched by id in whichever order they come.
//
// Threads: Ask() on any number of threads at once. Two threads of its own, begun by the first
// question: one connects, reads, and connects again; one writes. Invariants: at most
// `max_in_flight` questions at a time, each with an end of its own; while the stream is down none
// waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "comparators/remote/service_channel.h"
#include "comparators/remote/service_rule.h"

namespace understudy {

struct ServiceCounts {
  std::uint64_t answered = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t refused_full = 0;  // as too many were in flight
  std::uint64_t refused_down = 0;  // as there was no connection
  std::uint64_t connections = 0;   // that came about
  std::uint64_t surplus = 0;       // answers that came too late, or once more
  std::uint64_t unknown = 0;       // answers to what was never asked
};

// What a service answered, and who it was.
struct ServiceAnswer {
  v1::CompareResponse response;
  std::string identity;
};

// By this a service that was replaced is told from the one that was configured.
std::string IdentityOf(const v1::DescribeComparatorResponse& description);

class ServiceConnection {
 public:
  // Told when the stream comes up or breaks, for the log; may be empty.
  using News = std::function<void(const std::string&)>;

  ServiceConnection(ServiceRule rule, News news);
  ~ServiceConnection() { End(); }
  ServiceConnection(const ServiceConnection&) = delete;
  ServiceConnection& operator=(const ServiceConnection&) = delete;

  // Waits for the answer; the id and deadline are filled in here. Unavailable: too many in flight.
  // DeadlineExceeded: no answer within the rule's deadline. Internal: there is no connection, or it
  // broke. Cancelled: after End().
  absl::StatusOr<ServiceAnswer> Ask(v1::CompareRequest request);
  // Fails what is in flight and whatever is asked later; returns when the threads have ended.
  void End();

  const ServiceRule& rule() const { return rule_; }
  ServiceCounts Counts() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Stream = grpc::ClientReaderWriter<v1::CompareRequest, v1::CompareResponse>;
  // kStarting: the first attempt is under way and callers wait for it.
  enum class State { kIdle, kStarting, kUp, kDown, kEnded };
  // One question. The writer may still hold it when its caller has given up.
  struct Question {
    v1::CompareRequest request;
    Time until;
    std::condition_variable changed;
    bool done = false;
    absl::StatusOr<ServiceAnswer> answer;
  };

  void Connect();  // body of the thread that reads
  void Write();    // body of the thread that writes
  // One connection from its beginning to its end; returns why it ended.
  std::string RunStream();
  bool Enter(grpc::ClientContext& context);
  void Take(v1::CompareResponse response);
  void Close(State state, const std::string& why);
  void GiveUp(std::uint64_t id);
  std::string Label() const;
  std::string Oddities() const;

  const ServiceRule rule_;
  const News news_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_, rest_;
  State state_ = State::kIdle;
  std::string why_down_;
  std::string identity_;
  std::map<std::uint64_t, std::shared_ptr<Question>> questions_;
  std::deque<std::uint64_t> unsent_;
  std::uint64_t next_id_ = 1;
  std::size_t overdue_in_a_row_ = 0;
  grpc::ClientContext* context_ = nullptr;  // of the call under way, to cancel it
  Stream* stream_ = nullptr;
  bool writing_ = false;
  ServiceCounts counts_;
  std::thread reader_, writer_;
};

}  // namespace understudy
