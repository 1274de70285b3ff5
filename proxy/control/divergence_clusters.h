// What divergent pairs have in common: records gathered by the place, the segment, the reason or
// the comparator of what differs.
//
// Threads: one owner. Ownership: keeps no record; memory is bounded by kMostClusters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/model/divergence_record.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {

enum class ClusterBy { kPath, kSegment, kReason, kComparator };
// "path", "segment", "reason", "comparator"; nothing for another word.
std::optional<ClusterBy> ParseClusterBy(std::string_view word);

// Numbers as "#", texts in double quotes as "\"...\"", so that one sentence about many values is
// one.
std::string FoldReason(std::string_view reason);

class DivergenceClusters {
 public:
  static constexpr std::size_t kMostClusters = 4096;  // later ones are counted only
  static constexpr std::size_t kMostComparators = 16;

  explicit DivergenceClusters(ClusterBy by) : by_(by) {}

  // A record that no comparator found divergent is passed over.
  void Add(const DivergenceRecord& record);
  // The largest `most` clusters, and the counts of ListDivergencesResponse but more_records.
  void Write(std::size_t most, v1::ListDivergencesResponse& response) const;

 private:
  using Key = std::pair<std::string, std::string>;  // and kind
  struct Cluster {
    std::uint64_t count = 0;
    double divergence_sum = 0;
    std::set<std::string> comparators;
    v1::ClusterExample example;
  };
  // What one record gives a cluster.
  struct Share {
    double divergence = 0;
    std::set<std::string> comparators;
    std::uint32_t differences = 0;
    const RecordedScore* worst = nullptr;
    const RecordedDifference* difference = nullptr;
  };

  std::map<Key, Share> SharesOf(const DivergenceRecord& record) const;
  static void AddScore(const RecordedScore& score, const RecordedDifference* difference,
                       Share& share);
  static void AddExample(const DivergenceRecord& record, const Share& share, Cluster& cluster);

  ClusterBy by_;
  std::map<Key, Cluster> clusters_;
  std::uint64_t records_ = 0;
  std::uint64_t dropped_ = 0;  // times that a record found no place
};

}  // namespace understudy
