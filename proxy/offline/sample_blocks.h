// Adds many equal samples to a ledger for the price of a few: blocks of them are kept as ledgers of
// their own, doubled as often as asked for, and merged like the evidence of replicas.
//
// Threads: one owner. Ownership: a plain value; the ledger is borrowed for the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "proxy/evidence/ledger.h"
#include "proxy/model/sample.h"

namespace understudy {

class SampleBlocks {
 public:
  // Up to this many samples are added one by one. Each block freezes a latency baseline of its own
  // as a replica does, so a latency check does not judge the first 100 of a block's samples.
  static constexpr std::uint64_t kBlock = 1024;

  // The ledger then holds `count` more samples like `sample`, which belongs to its current window.
  // `kind` tells samples apart that differ in more than their time.
  void Add(std::size_t kind, const Sample& sample, std::uint64_t count, Ledger& ledger);

 private:
  using Doublings = std::vector<Ledger>;  // the i-th holds kBlock * 2^i samples

  Doublings& Of(std::size_t kind, std::uint64_t window);

  std::vector<Doublings> kinds_;
  std::uint64_t window_ = 0;  // that the blocks belong to
};

}  // namespace understudy
