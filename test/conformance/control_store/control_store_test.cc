// What every control store promises, run over each implementation there is.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_store.h"
#include "test/support/rollout_samples.h"
#include "test/support/temporary_directory.h"

#if __has_include("test/support/memory_control_store.h")
#include "test/support/memory_control_store.h"
#endif

namespace understudy {
namespace {

struct Sqlite {
  TemporaryDirectory directory;
  std::unique_ptr<ControlStore> store =
      *SqliteControlStore::Open(directory.Path(), [] { return At(1000); });
  ControlStore& Get() { return *store; }
};

#if __has_include("test/support/memory_control_store.h")
struct InMemory {
  MemoryControlStore store;
  ControlStore& Get() { return store; }
};
#define EVERY_STORE Sqlite, InMemory
#else
#define EVERY_STORE Sqlite
#endif

ControlState Loaded(ControlStore& store) {
  absl::StatusOr<ControlState> state = store.Load();
  REQUIRE(state.ok());
  return *std::move(state);
}

TEMPLATE_TEST_CASE("a new store is empty", "", EVERY_STORE) {
  TestType fixture;
  const ControlState state = Loaded(fixture.Get());
  CHECK(state.rollouts.empty());
  CHECK(state.routes.empty());
  CHECK(state.quarantine.empty());
  CHECK(state.journal.empty());
  CHECK(state.evidence.empty());
  CHECK(fixture.Get().Lease().ok());
}

TEMPLATE_TEST_CASE("what a transaction put is loaded again", "", EVERY_STORE) {
  TestType fixture;
  const absl::StatusOr<std::uint64_t> epoch = fixture.Get().Txn(FullTxn("r-1", 1));
  REQUIRE(epoch.ok());
  const ControlState state = Loaded(fixture.Get());
  CHECK(state.epoch == *epoch);
  REQUIRE(state.rollouts.size() == 1);
  CHECK(state.rollouts[0].id == "r-1");
  CHECK(state.rollouts[0].plan.stages.size() == 2);
  REQUIRE(state.routes.size() == 1);
  CHECK(state.routes[0].killed);
  CHECK(state.routes[0].promoted == "v2");
  REQUIRE(state.quarantine.size() == 1);
  CHECK(state.quarantine[0].candidate_version == "1.9");
  REQUIRE(state.journal.size() == 1);
  CHECK(state.journal[0].reason == FullLine("r-1", 1).reason);
  REQUIRE(state.evidence.size() == 1);
  CHECK(state.evidence[0].bytes == FullTxn("r-1", 1).evidence[0].bytes);
}

TEMPLATE_TEST_CASE("a second put of a key replaces the first", "", EVERY_STORE) {
  TestType fixture;
  REQUIRE(fixture.Get().Txn(FullTxn("r-1", 1)).ok());
  ControlTxn second = FullTxn("r-1", 2);
  second.rollouts[0].phase = Phase::kBaking;
  second.routes[0].killed = false;
  REQUIRE(fixture.Get().Txn(second).ok());
  const ControlState state = Loaded(fixture.Get());
  REQUIRE(state.rollouts.size() == 1);
  CHECK(state.rollouts[0].phase == Phase::kBaking);
  CHECK(state.rollouts[0].generation == 2);
  REQUIRE(state.routes.size() == 1);
  CHECK_FALSE(state.routes[0].killed);
  CHECK(state.quarantine.size() == 1);
  CHECK(state.evidence.size() == 1);
}

TEMPLATE_TEST_CASE("the journal grows by what is appended, in order, numbered without gaps", "",
                   EVERY_STORE) {
  TestType fixture;
  for (std::uint64_t generation = 1; generation <= 5; ++generation) {
    ControlTxn txn = FullTxn("r-1", generation);
    txn.journal.push_back(FullLine("r-1", generation + 100));
    REQUIRE(fixture.Get().Txn(txn).ok());
  }
  const ControlState state = Loaded(fixture.Get());
  REQUIRE(state.journal.size() == 10);
  for (std::size_t i = 0; i < state.journal.size(); ++i) {
    if (i > 0) CHECK(state.journal[i].sequence == state.journal[i - 1].sequence + 1);
    CHECK(state.journal[i].generation == i / 2 + 1 + (i % 2 == 1 ? 100 : 0));
  }
}

TEMPLATE_TEST_CASE("a transaction with a failed expectation changes nothing", "", EVERY_STORE) {
  TestType fixture;
  ControlStore& store = fixture.Get();
  REQUIRE(store.Txn(FullTxn("r-1", 1)).ok());
  const auto refused = [&](const ControlTxn& txn) {
    const std::uint64_t epoch = Loaded(store).epoch;
    CHECK(store.Txn(txn).status().code() == absl::StatusCode::kAborted);
    const ControlState state = Loaded(store);
    CHECK(state.epoch == epoch);
    CHECK(state.journal.size() == 1);
    REQUIRE(state.rollouts.size() == 1);
    CHECK(state.rollouts[0].generation == 1);
  };
  refused(FullTxn("r-1", 1));  // exists, though expected not to
  refused(FullTxn("r-1", 3));  // has moved on less than expected
  refused(FullTxn("r-2", 2));  // does not exist, though expected to
}

TEMPLATE_TEST_CASE("a lifted quarantine is gone, and another route's stays", "", EVERY_STORE) {
  TestType fixture;
  ControlTxn put = FullTxn("r-1", 1);
  put.quarantine.push_back({"letters", "1.9", "r-1", At(50), "flips"});
  REQUIRE(fixture.Get().Txn(put).ok());
  ControlTxn lift;
  lift.unquarantine = {"digits\n1.9"};
  REQUIRE(fixture.Get().Txn(lift).ok());
  const ControlState state = Loaded(fixture.Get());
  REQUIRE(state.quarantine.size() == 1);
  CHECK(state.quarantine[0].route == "letters");
}

TEMPLATE_TEST_CASE("32 records fit into a transaction and 33 are refused whole", "", EVERY_STORE) {
  TestType fixture;
  ControlTxn txn;
  for (int i = 0; i < 32; ++i) txn.journal.push_back(FullLine("r-1", 1));
  REQUIRE(fixture.Get().Txn(txn).ok());
  txn.journal.push_back(FullLine("r-1", 1));
  CHECK(fixture.Get().Txn(txn).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(Loaded(fixture.Get()).journal.size() == 32);
}

TEMPLATE_TEST_CASE("each successful transaction has a higher epoch, told to the watcher once", "",
                   EVERY_STORE) {
  TestType fixture;
  std::vector<std::uint64_t> seen;
  fixture.Get().Watch([&](std::uint64_t epoch) { seen.push_back(epoch); });
  std::vector<std::uint64_t> returned;
  for (std::uint64_t generation = 1; generation <= 3; ++generation) {
    const absl::StatusOr<std::uint64_t> epoch = fixture.Get().Txn(FullTxn("r-1", generation));
    REQUIRE(epoch.ok());
    returned.push_back(*epoch);
  }
  REQUIRE_FALSE(fixture.Get().Txn(FullTxn("r-1", 1)).ok());
  CHECK(seen == returned);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

}  // namespace
}  // namespace understudy
