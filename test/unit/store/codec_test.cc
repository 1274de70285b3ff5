// Every field survives its way into control.db and back; bytes from elsewhere are refused.
#include <catch2/catch.hpp>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_codec.h"
#include "test/support/rollout_samples.h"
#include "understudy/v1/storage.pb.h"

namespace understudy {
namespace {

void RequireSameCheck(const Check& a, const Check& b) {
  CHECK(a.name == b.name);
  CHECK(a.kind == b.kind);
  CHECK(a.comparator == b.comparator);
  CHECK(a.quantile == b.quantile);
  CHECK(a.at_most == b.at_most);
  CHECK(a.at_most_ratio == b.at_most_ratio);
  CHECK(a.floor == b.floor);
  CHECK(a.at_least == b.at_least);
  CHECK(a.required == b.required);
}

void RequireSameChecks(const std::vector<Check>& a, const std::vector<Check>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) RequireSameCheck(a[i], b[i]);
}

void RequireSamePlan(const Plan& a, const Plan& b) {
  CHECK(a.name == b.name);
  CHECK(a.alpha_rollback == b.alpha_rollback);
  CHECK(a.alpha_promotion == b.alpha_promotion);
  REQUIRE(a.stages.size() == b.stages.size());
  for (std::size_t i = 0; i < a.stages.size(); ++i) {
    CHECK(a.stages[i].weight_ppm == b.stages[i].weight_ppm);
    CHECK(a.stages[i].min_samples == b.stages[i].min_samples);
    CHECK(a.stages[i].min_duration == b.stages[i].min_duration);
    CHECK(a.stages[i].max_duration == b.stages[i].max_duration);
    CHECK(a.stages[i].min_coverage == b.stages[i].min_coverage);
    CHECK(a.stages[i].approval_required == b.stages[i].approval_required);
    RequireSameChecks(a.stages[i].checks, b.stages[i].checks);
  }
  CHECK(a.bake_duration == b.bake_duration);
  RequireSameChecks(a.checks, b.checks);
  CHECK(a.breaker.consecutive_failures == b.breaker.consecutive_failures);
  CHECK(a.breaker.error_ratio == b.breaker.error_ratio);
  CHECK(a.breaker.window == b.breaker.window);
  CHECK(a.breaker.min_requests == b.breaker.min_requests);
  CHECK(a.on_fail == b.on_fail);
  CHECK(a.on_inconclusive == b.on_inconclusive);
  CHECK(a.min_coverage == b.min_coverage);
  CHECK(a.max_evidence_age == b.max_evidence_age);
  CHECK(a.auto_start == b.auto_start);
  CHECK(a.hash == b.hash);
}

std::string Altered(void (*alter)(v1::StoredRollout&)) {
  v1::StoredRollout stored;
  REQUIRE(stored.ParseFromString(EncodeRollout(FullRollout("r-000000000001", 4))));
  alter(stored);
  return stored.SerializeAsString();
}

TEST_CASE("a rollout reads back with every field as it was stored") {
  const RolloutState a = FullRollout("r-000000000001", 4);
  const absl::StatusOr<RolloutState> read = DecodeRollout(EncodeRollout(a));
  REQUIRE(read.ok());
  const RolloutState& b = *read;
  CHECK(a.id == b.id);
  CHECK(a.route == b.route);
  CHECK(a.incumbent == b.incumbent);
  CHECK(a.incumbent_version == b.incumbent_version);
  CHECK(a.candidate == b.candidate);
  CHECK(a.candidate_version == b.candidate_version);
  RequireSamePlan(a.plan, b.plan);
  CHECK(a.phase == b.phase);
  CHECK(a.stage == b.stage);
  CHECK(a.weight_ppm == b.weight_ppm);
  CHECK(a.holds == b.holds);
  CHECK(a.generation == b.generation);
  CHECK(a.window == b.window);
  CHECK(a.stage_approved == b.stage_approved);
  CHECK(a.weight_lowered_by_operator == b.weight_lowered_by_operator);
  CHECK(a.created_at == b.created_at);
  CHECK(a.phase_since == b.phase_since);
  CHECK(a.stage_since == b.stage_since);
  CHECK(a.stage_held == b.stage_held);
  CHECK(a.held_since == b.held_since);
  CHECK(a.overrides == b.overrides);
  CHECK(a.ended_reason == b.ended_reason);
}

TEST_CASE("an absent optional reads back as absent") {
  RolloutState rollout = FullRollout("r-000000000001", 4);
  rollout.held_since.reset();
  rollout.plan.checks[0].at_most.reset();
  const absl::StatusOr<RolloutState> read = DecodeRollout(EncodeRollout(rollout));
  REQUIRE(read.ok());
  CHECK_FALSE(read->held_since.has_value());
  CHECK_FALSE(read->plan.checks[0].at_most.has_value());
}

TEST_CASE("a stored rollout with impossible values is refused with a sentence") {
  const auto message = [](const std::string& bytes) {
    const absl::StatusOr<RolloutState> read = DecodeRollout(bytes);
    REQUIRE_FALSE(read.ok());
    return Message(read.status());
  };
  CHECK(message(Altered([](v1::StoredRollout& r) { r.set_weight_ppm(1'000'001); })) ==
        "its weight is 1000001 parts per million, above 100 %");
  CHECK(message(Altered([](v1::StoredRollout& r) { r.set_phase("FLYING"); })) ==
        "its phase \"FLYING\" is unknown");
  CHECK(message(Altered([](v1::StoredRollout& r) { r.set_holds(1u << 7); })) ==
        "it has unknown holds (bits 0x80)");
  CHECK(message(Altered([](v1::StoredRollout& r) { r.set_stage(3); })) ==
        "it stands in stage 3 of a plan of 2");
  CHECK(message("\x0a\xff") == "its bytes are no stored rollout");
}

TEST_CASE("a stored rollout cut anywhere never reads back as another rollout of that length") {
  const std::string whole = EncodeRollout(FullRollout("r-000000000001", 4));
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const absl::StatusOr<RolloutState> read = DecodeRollout(whole.substr(0, cut));
    if (read.ok()) CHECK(EncodeRollout(*read) != whole);
  }
}

}  // namespace
}  // namespace understudy
