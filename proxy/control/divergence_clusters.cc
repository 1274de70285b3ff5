// Keys of a record, and the clusters they lead to.
#include "proxy/control/divergence_clusters.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include "proxy/model/folded_path.h"

namespace understudy {
namespace {

constexpr std::array<std::pair<std::string_view, ClusterBy>, 4> kWords{{
    {"path", ClusterBy::kPath},
    {"segment", ClusterBy::kSegment},
    {"reason", ClusterBy::kReason},
    {"comparator", ClusterBy::kComparator},
}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The end of the number that begins at `at`, with its fraction and exponent.
std::size_t EndOfNumber(std::string_view text, std::size_t at) {
  const auto digits = [&text](std::size_t from) {
    while (from < text.size() && IsDigit(text[from])) ++from;
    return from;
  };
  std::size_t end = digits(at);
  if (end + 1 < text.size() && text[end] == '.' && IsDigit(text[end + 1])) end = digits(end + 1);
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    std::size_t exponent = end + 1;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    if (exponent < text.size() && IsDigit(text[exponent])) end = digits(exponent);
  }
  return end;
}

}  // namespace

std::optional<ClusterBy> ParseClusterBy(std::string_view word) {
  for (const auto& [name, by] : kWords) {
    if (name == word) return by;
  }
  return std::nullopt;
}

std::string FoldReason(std::string_view reason) {
  std::string folded;
  for (std::size_t at = 0; at < reason.size();) {
    if (reason[at] == '"') {
      const std::size_t end = reason.find('"', at + 1);
      folded += "\"...\"";
      at = end == std::string_view::npos ? reason.size() : end + 1;
    } else if (IsDigit(reason[at])) {
      folded += '#';
      at = EndOfNumber(reason, at);
    } else {
      folded += reason[at++];
    }
  }
  return folded;
}

void DivergenceClusters::AddScore(const RecordedScore& score, const RecordedDifference* difference,
                                  Share& share) {
  if (share.worst == nullptr || score.divergence > share.divergence) {
    share.divergence = score.divergence;
    share.worst = &score;
  }
  if (share.difference == nullptr) share.difference = difference;
  // A comparator counts once for a cluster, however many of its places lead there.
  if (share.comparators.insert(score.comparator).second) {
    share.differences += static_cast<std::uint32_t>(score.differences.size());
  }
}

std::map<DivergenceClusters::Key, DivergenceClusters::Share> DivergenceClusters::SharesOf(
    const DivergenceRecord& record) const {
  std::map<Key, Share> shares;
  for (const RecordedScore& score : record.scores) {
    if (!score.compared || !(score.divergence > 0)) continue;
    const RecordedDifference* first = score.differences.empty() ? nullptr : &score.differences[0];
    const auto add = [&](std::string key) { AddScore(score, first, shares[{std::move(key), ""}]); };
    switch (by_) {
      case ClusterBy::kPath:
        for (const RecordedDifference& difference : score.differences) {
          AddScore(score, &difference, shares[{FoldPath(difference.path), difference.kind}]);
        }
        if (score.differences.empty()) add("");
        break;
      case ClusterBy::kSegment:
        for (const std::string& segment : record.segments) add(segment);
        if (record.segments.empty()) add("");
        break;
      case ClusterBy::kReason:
        add(score.comparator + ": " + FoldReason(score.reason));
        break;
      case ClusterBy::kComparator:
        add(score.comparator);
        break;
    }
  }
  return shares;
}

void DivergenceClusters::AddExample(const DivergenceRecord& record, const Share& share,
                                    Cluster& cluster) {
  v1::ClusterExample& example = cluster.example;
  const std::uint64_t bytes = record.incumbent_result.bytes + record.candidate_result.bytes;
  const bool smaller = std::tuple(share.differences, bytes) <
                       std::tuple(example.differences(), example.body_bytes());
  if (!example.id().empty() && !smaller) return;
  example.Clear();
  example.set_id(record.id);
  example.set_differences(share.differences);
  example.set_body_bytes(bytes);
  example.set_comparator(share.worst->comparator);
  example.set_reason(share.worst->reason);
  if (share.difference == nullptr) return;
  v1::ValueDifference* shown = example.mutable_difference();
  shown->set_path(share.difference->path);
  shown->set_kind(share.difference->kind);
  shown->set_baseline(share.difference->baseline);
  shown->set_candidate(share.difference->candidate);
}

void DivergenceClusters::Add(const DivergenceRecord& record) {
  if (!(record.MaxDivergence() > 0)) return;
  ++records_;
  for (const auto& [key, share] : SharesOf(record)) {
    const auto known = clusters_.find(key);
    if (known == clusters_.end() && clusters_.size() >= kMostClusters) {
      ++dropped_;
      continue;
    }
    Cluster& cluster = known == clusters_.end() ? clusters_[key] : known->second;
    ++cluster.count;
    cluster.divergence_sum += share.divergence;
    for (const std::string& name : share.comparators) {
      if (cluster.comparators.size() < kMostComparators) cluster.comparators.insert(name);
    }
    AddExample(record, share, cluster);
  }
}

void DivergenceClusters::Write(std::size_t most, v1::ListDivergencesResponse& response) const {
  std::vector<const std::map<Key, Cluster>::value_type*> sorted;
  for (const auto& entry : clusters_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* one, const auto* other) {
    return one->second.count > other->second.count;
  });
  response.set_clustered(records_);
  response.set_clusters_left_out(dropped_ + sorted.size() - std::min(most, sorted.size()));
  sorted.resize(std::min(most, sorted.size()));
  for (const auto* entry : sorted) {
    const auto& [key, cluster] = *entry;
    const double count = static_cast<double>(cluster.count);
    v1::DivergenceCluster* message = response.add_clusters();
    message->set_key(key.first);
    message->set_kind(key.second);
    message->set_count(cluster.count);
    message->set_share(count / static_cast<double>(records_));
    message->set_mean_divergence(cluster.divergence_sum / count);
    for (const std::string& name : cluster.comparators) message->add_comparators(name);
    *message->mutable_example() = cluster.example;
  }
}

}  // namespace understudy
