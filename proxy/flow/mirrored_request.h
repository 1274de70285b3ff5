// What a shadow needs of a request after its client has its answer, and the budget it holds while
// it needs it.
//
// Threads: made on a worker, read on that worker and then on one compare thread. ShadowBudgets may
// be used from any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "proxy/base/chunk.h"
#include "proxy/base/hash.h"
#include "proxy/model/message.h"
#include "proxy/model/traffic_view.h"
#include "proxy/wire/exchange.h"

namespace understudy {

// What one candidate's shadows hold at this moment, over all workers.
struct ShadowBudget {
  std::atomic<int> in_flight{0};
  std::atomic<std::int64_t> memory{0};
};

class ShadowBudgets {
 public:
  ShadowBudget& Of(const std::string& route, const std::string& candidate);
  // Requests of all candidates on their way.
  int InFlight();

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<ShadowBudget>> budgets_;
};

// Two bounds of memory, in bytes.
struct MemoryLimits {
  std::int64_t candidate = 0;
  std::int64_t process = 0;
};

// Bytes taken from a candidate's and the process's budget, given back when destroyed.
class MemoryHold {
 public:
  MemoryHold() = default;
  MemoryHold(std::atomic<std::int64_t>& candidate, std::atomic<std::int64_t>& process)
      : candidate_(&candidate), process_(&process) {}
  MemoryHold(MemoryHold&& other) noexcept { Swap(other); }
  MemoryHold& operator=(MemoryHold&& other) noexcept {
    MemoryHold taken(std::move(other));
    Swap(taken);
    return *this;
  }
  ~MemoryHold() { Add(-bytes_); }

  // Within both bounds, or not at all. Workers that add at the same moment may pass a bound by what
  // one of them adds.
  bool TryAdd(std::int64_t bytes, const MemoryLimits& limits) {
    if (candidate_->load(std::memory_order_relaxed) + bytes > limits.candidate ||
        process_->load(std::memory_order_relaxed) + bytes > limits.process) {
      return false;
    }
    Add(bytes);
    return true;
  }
  void Add(std::int64_t bytes) {
    if (candidate_ == nullptr || bytes == 0) return;
    bytes_ += bytes;
    candidate_->fetch_add(bytes, std::memory_order_relaxed);
    process_->fetch_add(bytes, std::memory_order_relaxed);
  }

 private:
  void Swap(MemoryHold& other) {
    std::swap(candidate_, other.candidate_);
    std::swap(process_, other.process_);
    std::swap(bytes_, other.bytes_);
  }
  std::atomic<std::int64_t>* candidate_ = nullptr;
  std::atomic<std::int64_t>* process_ = nullptr;
  std::int64_t bytes_ = 0;
};

struct MirroredRequest {
  std::shared_ptr<const TrafficView> view;
  const RouteTraffic* route = nullptr;  // in the view
  HexText pair_id;
  std::string client_address;
  bool https = false;
  WallTime at{};
  SliceList head_bytes;
  RequestHead head;                           // its views lie in head_bytes
  SliceList body;                             // as it lay on the wire
  int serving_candidate = -1;                 // -1: the incumbent served
  std::shared_ptr<const Exchange> incumbent;  // where it answered already
  std::shared_ptr<const Exchange> candidate;  // of the serving candidate
  std::shared_ptr<const Exchange> control;    // the incumbent's second answer, where it was asked
  MemoryHold control_memory;
  LossBands bands;
};

// A pair on its way to a compare thread.
struct PairJob {
  std::shared_ptr<const MirroredRequest> request;
  std::uint16_t candidate = 0;  // index into route->candidates
  std::shared_ptr<const Exchange> incumbent;
  std::shared_ptr<const Exchange> candidate_exchange;
  MemoryHold memory;
};

}  // namespace understudy
