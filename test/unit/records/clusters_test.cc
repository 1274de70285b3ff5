// What divergent records have in common.
#include <catch2/catch.hpp>

#include "proxy/control/divergence_clusters.h"
#include "proxy/model/folded_path.h"
#include "test/support/record_samples.h"

namespace understudy {
namespace {

using samples::SmallRecord;

// A record whose one comparator found these places, each of kind "value".
DivergenceRecord At(int number, const std::vector<std::string>& paths, double divergence = 0.5) {
  DivergenceRecord record = SmallRecord(number, divergence);
  for (const std::string& path : paths) {
    record.scores[0].differences.push_back({path, "value", "1", "2"});
  }
  return record;
}

v1::ListDivergencesResponse Gather(ClusterBy by, const std::vector<DivergenceRecord>& records,
                                   std::size_t most = 20) {
  DivergenceClusters clusters(by);
  for (const DivergenceRecord& record : records) clusters.Add(record);
  v1::ListDivergencesResponse response;
  clusters.Write(most, response);
  return response;
}

TEST_CASE("array indexes of a path are folded, other tokens are not") {
  CHECK(FoldPath("/outputs/0/data/13") == "/outputs/*/data/*");
  CHECK(FoldPath("/v2/x1/10a") == "/v2/x1/10a");
  CHECK(FoldPath("/a//0/") == "/a//*/");
  CHECK(FoldPath("") == "");
  CHECK(FoldPath("content-type") == "content-type");
}

TEST_CASE("numbers and quoted texts of a reason are folded") {
  CHECK(FoldReason("2 of 13 rows flipped") == "# of # rows flipped");
  CHECK(FoldReason("cosine 0.25 at 1.5e-07, not 3.") == "cosine # at #, not #.");
  CHECK(FoldReason("\"cat\" is \"dog 7") == "\"...\" is \"...\"");
  CHECK(FoldReason("1e") == "#e");
}

TEST_CASE("pairs that differ in the same place are one cluster, counted once a pair") {
  const v1::ListDivergencesResponse response = Gather(
      ClusterBy::kPath,
      {At(1, {"/b/0", "/b/1", "/c"}, 1), At(2, {"/b/7"}, 0.5), At(3, {}), SmallRecord(4, 0)});
  REQUIRE(response.clustered() == 3);
  REQUIRE(response.clusters_size() == 3);
  const v1::DivergenceCluster& first = response.clusters(0);
  CHECK(first.key() == "/b/*");
  CHECK(first.kind() == "value");
  CHECK(first.count() == 2);
  CHECK(first.share() == Approx(2.0 / 3));
  CHECK(first.mean_divergence() == Approx(0.75));
  REQUIRE(first.comparators_size() == 1);
  CHECK(first.comparators(0) == "top1");
  CHECK(response.clusters(1).key().empty());  // the third names no place
  CHECK(response.clusters(2).key() == "/c");
}

TEST_CASE("a cluster's example is the pair with the fewest differences, then the fewest bytes") {
  DivergenceRecord large = At(2, {"/a"});
  large.candidate_result.bytes = 1000;
  DivergenceRecord small = At(3, {"/a"});
  small.candidate_result.bytes = 10;
  const v1::ListDivergencesResponse response =
      Gather(ClusterBy::kPath, {At(1, {"/a", "/b"}), large, small});
  REQUIRE(response.clusters(0).key() == "/a");
  const v1::ClusterExample& example = response.clusters(0).example();
  CHECK(example.id() == "pair-000003");
  CHECK(example.differences() == 1);
  CHECK(example.body_bytes() == 10);
  CHECK(example.difference().path() == "/a");
  CHECK(example.difference().candidate() == "2");
}

TEST_CASE("pairs are gathered by segment, by reason and by comparator") {
  DivergenceRecord one = SmallRecord(1);
  one.segments = {"language=de", "tenant=a"};
  one.scores.push_back({"values", true, 0.25, "3 of 9 elements differ", "", {}});
  one.scores.push_back({"text", false, 0, "no JSON", "not_json", {}});
  const DivergenceRecord other = SmallRecord(2);
  const auto by_segment = Gather(ClusterBy::kSegment, {one, other});
  REQUIRE(by_segment.clusters_size() == 3);
  CHECK(by_segment.clusters(0).key().empty());
  CHECK(by_segment.clusters(1).key() == "language=de");
  CHECK(by_segment.clusters(1).comparators_size() == 2);
  const auto by_reason = Gather(ClusterBy::kReason, {one, other});
  REQUIRE(by_reason.clusters_size() == 2);
  CHECK(by_reason.clusters(0).key() == "top1: # of # rows flipped");
  CHECK(by_reason.clusters(0).count() == 2);
  CHECK(by_reason.clusters(1).key() == "values: # of # elements differ");
  const auto by_comparator = Gather(ClusterBy::kComparator, {one, other});
  REQUIRE(by_comparator.clusters_size() == 2);
  CHECK(by_comparator.clusters(1).key() == "values");
  CHECK(by_comparator.clusters(1).mean_divergence() == 0.25);
}

TEST_CASE("clusters are bounded, and what is left out is counted") {
  std::vector<DivergenceRecord> records;
  for (std::size_t i = 0; i < DivergenceClusters::kMostClusters + 5; ++i) {
    records.push_back(At(static_cast<int>(i), {"/k" + std::to_string(i)}));
  }
  const v1::ListDivergencesResponse response = Gather(ClusterBy::kPath, records, 10);
  CHECK(response.clusters_size() == 10);
  CHECK(response.clusters_left_out() == records.size() - 10);
}

}  // namespace
}  // namespace understudy
