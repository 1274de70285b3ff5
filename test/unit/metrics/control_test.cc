// What the control plane shows: rollouts, checks, journal, configuration, records.
#include <catch2/catch.hpp>
#include <cmath>

#include "proxy/control/sqlite_store.h"
#include "test/support/rollout_samples.h"
#include "test/support/temporary_directory.h"
#include "test/unit/metrics/sampled_process.h"

namespace understudy {
namespace {

JournalLine Line(const std::string& action, const std::string& actor) {
  JournalLine line;
  line.action = action;
  line.actor = actor;
  return line;
}

TEST_CASE("a rollout shows its share, its one phase and its holds") {
  SampledProcess process;
  RolloutState rollout = samples::Ramping();
  rollout.holds.Add(Hold::kInconclusive);
  rollout.holds.Add(Hold::kOperator);
  process.view =
      std::make_shared<const ControlView>(samples::ViewWith(rollout, samples::PassingVerdict()));
  const Exposition page = process.Page();
  const std::map<std::string, std::string> v2 = {{"route", "digits"}, {"candidate", "v2"}};
  CHECK(page.Value("understudy_rollout_weight_ratio", v2) == 0.1);
  CHECK(page.Of("understudy_rollout_phase", v2).size() == 8);
  CHECK(page.Sum("understudy_rollout_phase", v2) == 1);
  CHECK(page.Value("understudy_rollout_phase", {{"phase", "RAMPING"}}) == 1);
  CHECK(page.Of("understudy_rollout_hold", v2).size() == 7);
  CHECK(page.Sum("understudy_rollout_hold", v2) == 2);
  CHECK(page.Value("understudy_rollout_hold", {{"hold", "OPERATOR"}}) == 1);
  CHECK(page.Value("understudy_rollout_hold", {{"hold", "CAPACITY"}}) == 0);
}

TEST_CASE("every phase there is shows as exactly one") {
  for (const char* name : {"DRAFT", "CALIBRATING", "SHADOWING", "RAMPING", "BAKING", "COMPLETED",
                           "ROLLED_BACK", "CANCELLED"}) {
    SampledProcess process;
    RolloutState rollout = samples::Ramping();
    rollout.phase = *ParsePhase(name);
    process.view =
        std::make_shared<const ControlView>(samples::ViewWith(rollout, samples::PassingVerdict()));
    const Exposition page = process.Page();
    CHECK(page.Sum("understudy_rollout_phase") == 1);
    CHECK(page.Value("understudy_rollout_phase", {{"phase", name}}) == 1);
  }
}

TEST_CASE("a candidate without a rollout shows its checks, and no phase") {
  SampledProcess process;
  process.view = std::make_shared<const ControlView>(samples::ObservedView());
  const Exposition page = process.Page();
  CHECK(page.Of("understudy_rollout_phase").empty());
  CHECK(page.Of("understudy_rollout_weight_ratio").empty());
  CHECK(page.Of("understudy_check_value").size() == 2);
}

TEST_CASE("a check shows estimate, limit, samples and both sides' evidence") {
  SampledProcess process;
  const Exposition page = process.Page();
  const std::map<std::string, std::string> flips = {
      {"route", "digits"}, {"candidate", "v2"}, {"check", "flips"}};
  CHECK(page.Value("understudy_check_value", flips) == 0.005);
  CHECK(page.Value("understudy_check_limit", flips) == 0.02);
  CHECK(page.Value("understudy_check_samples", flips) == 1200);
  CHECK(page.Value("understudy_check_log_evidence", {{"check", "flips"}, {"side", "rollback"}}) ==
        -2.5);
  CHECK(page.Value("understudy_check_log_evidence", {{"check", "flips"}, {"side", "promotion"}}) ==
        4.25);
}

TEST_CASE("before the first view there is a page without rollouts") {
  SampledProcess process;
  process.view = nullptr;
  const Exposition page = process.Page();
  CHECK(page.faults.empty());
  CHECK(page.Of("understudy_rollout_phase").empty());
  CHECK(page.Value("understudy_build_info") == 1);
}

TEST_CASE("a store that takes no writes is shown") {
  SampledProcess process;
  CHECK(process.Page().Value("understudy_store_available") == 1);
  ControlView view = samples::PassingView();
  view.store_available = false;
  process.view = std::make_shared<const ControlView>(view);
  CHECK(process.Page().Value("understudy_store_available") == 0);
}

TEST_CASE("rollbacks are counted by who did them, promotions by themselves, other lines not") {
  SampledProcess process;
  for (const auto& [action, actor] :
       std::vector<std::pair<std::string, std::string>>{{"rollback", "automation"},
                                                        {"rollback", "breaker"},
                                                        {"rollback", "breaker"},
                                                        {"rollback", "operator:ada"},
                                                        {"rollback", "ci"},
                                                        {"complete", "automation"},
                                                        {"complete", "operator:ada"},
                                                        {"raise", "automation"},
                                                        {"lower", "operator:ada"},
                                                        {"cancel", "operator:ada"}}) {
    process.transitions.Add(Line(action, actor));
  }
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_rollbacks_total", {{"reason", "automation"}}) == 1);
  CHECK(page.Value("understudy_rollbacks_total", {{"reason", "breaker"}}) == 2);
  CHECK(page.Value("understudy_rollbacks_total", {{"reason", "operator"}}) == 2);
  CHECK(page.Of("understudy_rollbacks_total").size() == 3);
  CHECK(page.Value("understudy_promotions_total") == 2);
}

TEST_CASE("the store counts what it wrote, and what an earlier process did; not what it refused") {
  const TemporaryDirectory directory;
  const auto open = [&] {
    auto store = SqliteControlStore::Open(directory.Path(), [] { return At(1000); });
    REQUIRE(store.ok());
    return *std::move(store);
  };
  constexpr auto kBreaker = static_cast<std::size_t>(RollbackCause::kBreaker);
  const auto rolled_back = [](std::uint64_t generation) {
    ControlTxn txn = FullTxn("r-1", generation);
    txn.journal = {Line("rollback", "breaker"), Line("hold", "automation")};
    return txn;
  };
  {
    const auto store = open();
    CHECK(store->Transitions().rollbacks[kBreaker].Value() == 0);
    REQUIRE(store->Txn(rolled_back(1)).ok());
    CHECK(store->Transitions().rollbacks[kBreaker].Value() == 1);
    REQUIRE_FALSE(store->Txn(rolled_back(1)).ok());  // that generation is there already
    CHECK(store->Transitions().rollbacks[kBreaker].Value() == 1);
  }
  const auto store = open();
  CHECK(store->Transitions().rollbacks[kBreaker].Value() == 1);
  REQUIRE(store->Txn(rolled_back(2)).ok());
  CHECK(store->Transitions().rollbacks[kBreaker].Value() == 2);
  CHECK(store->Transitions().promotions.Value() == 0);
}

TEST_CASE("records are counted as written, or dropped with each reason") {
  SampledProcess process;
  process.records.written = 41;
  for (std::size_t i = 0; i < process.records.dropped.size(); ++i) {
    process.records.dropped[i] = i + 1;
  }
  process.records.cut_lines = 2;
  process.records.withheld_bodies = 3;
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_records_written_total") == 41);
  CHECK(page.Value("understudy_records_dropped_total", {{"reason", "queue_full"}}) == 1);
  CHECK(page.Value("understudy_records_dropped_total", {{"reason", "disk_full"}}) == 2);
  CHECK(page.Value("understudy_records_dropped_total", {{"reason", "too_large"}}) == 3);
  CHECK(page.Value("understudy_records_dropped_total", {{"reason", "io_error"}}) == 4);
  CHECK(page.Value("understudy_records_cut_lines_total") == 2);
  CHECK(page.Value("understudy_records_withheld_bodies_total") == 3);
}

TEST_CASE("reloads are counted by result, and the hash in force is shown") {
  SampledProcess process;
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_config_reloads_total", {{"result", "ok"}}) == 3);
  CHECK(page.Value("understudy_config_reloads_total", {{"result", "failed"}}) == 1);
  CHECK(page.Value("understudy_config_info", {{"hash", "00112233aabbccdd"}}) == 1);
  CHECK(page.Value("understudy_access_log_dropped_total") == 5);
  process.config.hash = "ffffffffffffffff";
  CHECK(process.Page().Of("understudy_config_info").size() == 1);
}

}  // namespace
}  // namespace understudy
