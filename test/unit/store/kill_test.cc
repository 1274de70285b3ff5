// kill -9 at any moment loses no transaction that was acknowledged.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_store.h"
#include "test/support/rollout_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

// The child: transactions without end, each told through the pipe once it was acknowledged.
[[noreturn]] void WriteUntilKilled(const std::string& directory, int pipe) {
  const auto store = SqliteControlStore::Open(directory, [] { return At(1000); });
  if (!store.ok()) _exit(2);
  const absl::StatusOr<ControlState> state = (*store)->Load();
  if (!state.ok()) _exit(3);
  std::uint64_t generation = state->rollouts.empty() ? 0 : state->rollouts[0].generation;
  while (true) {
    const absl::StatusOr<std::uint64_t> epoch = (*store)->Txn(FullTxn("r-1", ++generation));
    if (!epoch.ok()) _exit(4);
    if (::write(pipe, &*epoch, sizeof *epoch) != sizeof *epoch) _exit(5);
  }
}

// Reads acknowledged epochs until `count` came, kills, then reads what else had come.
std::uint64_t KillAfter(pid_t child, int pipe, int count) {
  std::uint64_t newest = 0;
  std::uint64_t epoch = 0;
  for (int i = 0; i < count; ++i) {
    REQUIRE(::read(pipe, &epoch, sizeof epoch) == sizeof epoch);
    newest = epoch;
  }
  ::kill(child, SIGKILL);
  while (::read(pipe, &epoch, sizeof epoch) == sizeof epoch) newest = epoch;
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  return newest;
}

TEST_CASE("a store killed at random moments keeps every acknowledged transaction, whole") {
  const TemporaryDirectory directory;
  std::mt19937 random(11);
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      WriteUntilKilled(directory.Path(), ends[1]);
    }
    ::close(ends[1]);
    const std::uint64_t acknowledged =
        KillAfter(child, ends[0], static_cast<int>(1 + random() % 25));
    ::close(ends[0]);

    const auto store = SqliteControlStore::Open(directory.Path(), [] { return At(1000); });
    REQUIRE(store.ok());
    const absl::StatusOr<ControlState> state = (*store)->Load();
    REQUIRE(state.ok());
    // At most the one transaction that ran when the signal came is there beyond it.
    CHECK(state->epoch >= acknowledged);
    CHECK(state->epoch <= acknowledged + 1);
    REQUIRE(state->rollouts.size() == 1);
    CHECK(state->rollouts[0].generation == state->epoch);
    CHECK(state->journal.size() == state->epoch);
    REQUIRE(state->evidence.size() == 1);
    CHECK(state->evidence[0].bytes == FullTxn("r-1", state->epoch).evidence[0].bytes);
  }
}

}  // namespace
}  // namespace understudy
