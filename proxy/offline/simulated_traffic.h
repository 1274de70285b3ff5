// Simulated traffic: pairs of answers that come at a steady rate and differ, fail and are served by
// the candidate at random, with the shares that are asked for.
//
// Threads: one owner. Ownership: a plain value; the ledger it feeds is borrowed for the call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "proxy/base/time.h"
#include "proxy/evidence/ledger.h"
#include "proxy/model/sample.h"
#include "proxy/offline/random_bits.h"
#include "proxy/offline/sample_blocks.h"

namespace understudy {

// How often what happens. Shares are 0..1 and independent of each other and from pair to pair.
struct TrafficModel {
  double true_rate = 0;           // pairs in which the candidate really differs
  double noise = 0;               // pairs in which the incumbent would differ from itself
  double error_rate = 0;          // pairs in which the candidate answers 500, which differs, too
  double control_rate = 0;        // pairs in which the incumbent is asked twice
  double pairs_per_second = 100;  // compared pairs, above 0
};

// Every request is mirrored and compared, whichever arm serves it. A pair that differs has
// divergence 1 by every comparator, any other 0; the incumbent's own second answer likewise. Both
// arms take the same constant time and name the same values, so that a check of those has nothing
// to find and passes as soon as it can.
class SimulatedTraffic {
 public:
  // `shape` is that of the ledgers to feed. Each run of a seed is other traffic.
  SimulatedTraffic(const TrafficModel& model, const LedgerShape& shape, std::uint64_t seed,
                   std::uint64_t run, WallTime started_at);

  // Hands the pairs that come up to and including `now`, with their coverage and what was served,
  // to the ledger's current window, while the candidate serves a share of `weight_ppm` millionths.
  void FeedUntil(WallTime now, std::uint32_t weight_ppm, Ledger& ledger);

  std::uint64_t pairs() const { return pairs_; }    // so far
  std::uint64_t served() const { return served_; }  // of them, by the candidate

 private:
  // What tells pairs apart. A kind of pairs is a set of these, as bits.
  enum Trait : std::size_t { kDiffers, kFails, kServed, kControlled, kControlDiffers, kTraits };
  static constexpr std::size_t kKinds = std::size_t{1} << kTraits;
  using Counts = std::array<std::uint64_t, kKinds>;
  using Lanes = std::array<std::uint64_t, kTraits>;  // of 64 pairs, which have the trait

  static bool Has(std::size_t kind, Trait trait) { return (kind >> trait & 1) != 0; }
  static void Count(const Lanes& lanes, std::uint64_t of, std::size_t trait, std::size_t kind,
                    Counts& counts);
  static ServingSums ServingOf(const Counts& counts, std::uint32_t weight_ppm);
  Counts Toss(std::uint64_t pairs, double weight);
  void AddPairs(std::size_t kind, std::uint64_t count, Ledger& ledger);
  WallTime TimeOf(std::uint64_t pair) const;

  TrafficModel model_;
  RandomBits chance_;
  WallTime started_at_;
  Sample sample_;  // the one that is filled anew for each kind
  SampleBlocks blocks_;
  std::uint64_t pairs_ = 0;
  std::uint64_t served_ = 0;
};

}  // namespace understudy
