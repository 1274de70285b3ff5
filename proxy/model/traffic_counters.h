// What the data plane counts, per worker and per name. A worker (or compare thread) writes its own
// block with plain adds; the control thread, metrics and reports add the blocks up.
//
// Ownership: the TrafficBook owns every block for the process's life, so a block outlives views and
// reloads; a name that comes back finds its old block. Blocks are made on the control thread.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "proxy/base/counters.h"
#include "proxy/base/histogram.h"
#include "proxy/model/adaptive_rate.h"
#include "proxy/model/coverage.h"

namespace understudy {

// Requests that were assigned to an arm under one split of a route's traffic, those that have
// ended, and how they ended; by a worker that begins anew when the split changes. Fallbacks are not
// among them: the incumbent did not get those by the split.
struct SplitCounters {
  std::atomic<std::uint64_t> split{0};
  Counter assigned, requests, errors;
  Histogram duration;

  // For the worker: this block as that split's; false where it is a later one's already.
  bool Enter(std::uint64_t wanted) {
    const std::uint64_t mine = split.load(std::memory_order_relaxed);
    if (mine == wanted) return true;
    if (mine > wanted) return false;
    split.store(0, std::memory_order_release);
    assigned.Set(0);
    requests.Set(0);
    errors.Set(0);
    duration.Clear();
    split.store(wanted, std::memory_order_release);
    return true;
  }
};

// Requests one arm (a cluster) answered for clients of one route, on one worker.
struct ArmCounters {
  std::array<Counter, 6> by_class;  // 1xx..5xx at 1..5; 0: no answer (refused, timeout, reset)
  Counter errors;                   // no answer, or 5xx: what breakers count
  Counter consecutive_errors;       // since the last success on this worker
  Counter fallbacks;                // failed before the first byte and replaced by the incumbent
  Histogram duration;               // request head read to answer's end
  Histogram first_byte;             // request sent to answer's first byte
  // Request head read to request written, plus answer's first byte read to its head written: what
  // the proxy adds. Of exchanges on kept connections: a new one's handshake is not ours.
  Histogram overhead;
  // Of the present split and one before it, by their number: requests outlive the split they were
  // assigned under, and those that outlive two are not counted.
  static constexpr std::size_t kSplits = 2;
  std::array<SplitCounters, kSplits> by_split;
  SplitCounters& OfSplit(std::uint64_t split) { return by_split[split % kSplits]; }
  const SplitCounters& OfSplit(std::uint64_t split) const { return by_split[split % kSplits]; }

  // That ended, one way or the other.
  std::uint64_t Requests() const {
    std::uint64_t sum = 0;
    for (const Counter& counter : by_class) sum += counter.Value();
    return sum;
  }
};

// Promise 3 on one thread, for one (route, candidate).
struct CoverageCounters {
  Counter eligible, sampled_out, rate_lowered, mirrored, compared;
  std::array<Counter, static_cast<std::size_t>(SkipReason::kCount)> skipped;
  std::array<Counter, static_cast<std::size_t>(DropReason::kCount)> dropped;
  std::array<Counter, static_cast<std::size_t>(UncomparableReason::kCount)> uncomparable;
  std::array<Counter, LossCounts::kBands> chosen_by_size, lost_by_size;
  std::array<Counter, LossCounts::kBands> chosen_by_latency, lost_by_latency;
  std::array<Counter, LossCounts::kSlots> lost_by_slot;

  // Of a request chosen for mirroring.
  void Chose(LossBands bands) {
    chosen_by_size[bands.size].Add();
    chosen_by_latency[bands.latency].Add();
  }
  void Lost(LossBands bands) {
    lost_by_size[bands.size].Add();
    lost_by_latency[bands.latency].Add();
  }
  void LostOfSlot(std::size_t slot) {
    lost_by_slot[slot < LossCounts::kSlots ? slot : LossCounts::kSlots - 1].Add();
  }
  void Skip(SkipReason reason) { skipped[static_cast<std::size_t>(reason)].Add(); }
  void Drop(DropReason reason) { dropped[static_cast<std::size_t>(reason)].Add(); }
  void Uncomparable(UncomparableReason reason) {
    uncomparable[static_cast<std::size_t>(reason)].Add();
  }
  void AddTo(Coverage& sum) const;
};

// Comparator outcomes, counted on a compare thread, for one (route, candidate, comparator).
struct ComparatorCounters {
  Counter same, different, uncomparable;
  Counter not_applicable;                 // pairs that the comparator is not for
  std::array<Counter, 11> score_buckets;  // divergence 0, then (0,0.1], (0.1,0.2] .. (0.9,1]
  Counter score_sum_millionths;
};

// The incumbent asked a second time, for one route.
struct ControlCounters {
  Counter asked;
  Counter answered;
  Counter failed;   // no whole answer
  Counter dropped;  // load was shed
};

// HTTP/2 connections given up on: the peer broke the protocol, or used up a budget.
struct Http2FaultCounters {
  Counter protocol, resets, control_frames, headers;
};

// Things that belong to no route.
struct ProcessCounters {
  Counter connections_accepted, connections_refused, connections_open;
  Counter bad_requests, no_route, client_timeouts, clients_left;
  Counter upstream_connects, upstream_reuses, upstream_retries;
  Counter sticky_fallthrough;              // a configured key was absent and the next one was used
  Counter http1_requests, http2_requests;  // whose head was accepted
  Counter http2_connections;
  Http2FaultCounters http2_faults;  // of clients
  Counter http2_streams_refused;    // REFUSED_STREAM
  Http2FaultCounters upstream_http2_faults;
  Counter upstream_http2_ping_timeouts;
  Counter tls_handshakes, tls_resumptions;  // of clients, that ended well
  // Of clients: malformed or not agreed on, without a certificate that holds, out of time, too many
  // under way.
  Counter tls_failures, tls_bad_certificates, tls_timeouts, tls_refused;
  Counter upstream_tls_failures;
  Counter tunnels;  // connections that were upgraded
};

// One block per thread that counts.
template <typename Block>
class PerThread {
 public:
  explicit PerThread(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) blocks_.push_back(std::make_unique<Block>());
  }
  Block& At(std::size_t thread) { return *blocks_[thread]; }
  const std::vector<std::unique_ptr<Block>>& All() const { return blocks_; }

 private:
  std::vector<std::unique_ptr<Block>> blocks_;
};

// Takes a candidate's traffic away before the next view does: an operator's rollback or kill must
// not wait for a control thread that waits for a disk. Counts the commands under way.
struct StopSwitch {
  std::atomic<int> serving{0};    // above 0: serves nobody
  std::atomic<int> mirroring{0};  // above 0: gets no copy
};

class TrafficBook {
 public:
  // Threads 0..workers-1 are workers, the following compare_threads are compare threads.
  TrafficBook(std::size_t workers, std::size_t compare_threads)
      : threads_(workers + compare_threads), workers_(workers), process_(threads_) {}

  using Key = std::pair<std::string, std::string>;  // route, cluster
  // Finds or makes. Thread-safe; not for the data path.
  PerThread<ArmCounters>& Arm(const std::string& route, const std::string& cluster);
  PerThread<CoverageCounters>& CoverageOf(const std::string& route, const std::string& candidate);
  PerThread<ComparatorCounters>& Comparator(const std::string& route, const std::string& candidate,
                                            const std::string& comparator);
  PerThread<ControlCounters>& Control(const std::string& route);
  PerThread<ProcessCounters>& Process() { return process_; }
  // How much of a candidate's mirror rate is in force, over all workers.
  AdaptiveRate& MirrorRate(const std::string& route, const std::string& candidate);
  StopSwitch& Stop(const std::string& route, const std::string& candidate);
  std::size_t Workers() const { return workers_; }

  // For metrics: calls `visit(key, blocks)` for every block there is.
  template <typename Visit>
  void ForEachArm(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const auto& [key, blocks] : arms_) visit(key, *blocks);
  }
  template <typename Visit>
  void ForEachCoverage(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const auto& [key, blocks] : coverage_) visit(key, *blocks);
  }
  template <typename Visit>  // visit((route, candidate), comparator, blocks)
  void ForEachComparator(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const auto& [key, blocks] : comparators_) visit(key.first, key.second, *blocks);
  }
  template <typename Visit>  // visit(route, blocks)
  void ForEachControl(Visit visit) const {
    std::lock_guard lock(mutex_);
    for (const auto& [route, blocks] : controls_) visit(route, *blocks);
  }
  Coverage SumCoverage(const std::string& route, const std::string& candidate) const;

  // Bytes held for shadows, over the whole process.
  std::atomic<std::int64_t>& MirrorMemory() { return mirror_memory_; }

 private:
  const std::size_t threads_;
  const std::size_t workers_;
  mutable std::mutex mutex_;
  std::map<Key, std::unique_ptr<PerThread<ArmCounters>>> arms_;
  std::map<Key, std::unique_ptr<PerThread<CoverageCounters>>> coverage_;
  std::map<std::pair<Key, std::string>, std::unique_ptr<PerThread<ComparatorCounters>>>
      comparators_;
  std::map<std::string, std::unique_ptr<PerThread<ControlCounters>>> controls_;
  std::map<Key, std::unique_ptr<AdaptiveRate>> rates_;
  std::map<Key, std::unique_ptr<StopSwitch>> stops_;
  PerThread<ProcessCounters> process_;
  std::atomic<std::int64_t> mirror_memory_{0};
};

}  // namespace understudy
