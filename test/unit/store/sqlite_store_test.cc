// Opening, reopening and refusing control.db.
#include "proxy/control/sqlite_store.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "proxy/base/status.h"
#include "test/support/rollout_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

absl::StatusOr<std::unique_ptr<SqliteControlStore>> Open(const std::string& directory) {
  return SqliteControlStore::Open(directory, [] { return At(1000); });
}

std::string RefusalOf(const std::string& directory) {
  const auto store = Open(directory);
  REQUIRE_FALSE(store.ok());
  return Message(store.status());
}

void Execute(const std::string& path, const std::string& sql) {
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &connection) == SQLITE_OK);
  const int result = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(connection);
  REQUIRE(result == SQLITE_OK);
}

TEST_CASE("a reopened store has the state it was closed with") {
  const TemporaryDirectory directory;
  {
    const auto store = Open(directory.Path());
    REQUIRE(store.ok());
    REQUIRE((*store)->Txn(FullTxn("r-1", 1)).ok());
    CHECK((*store)->LastProof() == At(1000));
  }
  const auto store = Open(directory.Path());
  REQUIRE(store.ok());
  const absl::StatusOr<ControlState> state = (*store)->Load();
  REQUIRE(state.ok());
  CHECK(state->epoch == 1);
  CHECK(state->rollouts.size() == 1);
  CHECK((*store)->Txn(FullTxn("r-1", 2)).ok());
}

TEST_CASE("a data directory is made when missing, for this user alone to read") {
  const TemporaryDirectory directory;
  const std::string data = directory.File("a/b");
  REQUIRE(Open(data).ok());
  const auto permissions = std::filesystem::status(data + "/control.db").permissions();
  CHECK((permissions & std::filesystem::perms::others_read) == std::filesystem::perms::none);
  CHECK((permissions & std::filesystem::perms::group_read) == std::filesystem::perms::none);
}

TEST_CASE("a data directory that cannot be made is refused by name") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("file"), "x");
  const std::string data = directory.File("file/data");
  CHECK_THAT(RefusalOf(data), Catch::Contains("the data directory " + data + " cannot be used") &&
                                  Catch::Contains("make it writable"));
}

TEST_CASE("a second store on one data directory is refused until the first is gone") {
  const TemporaryDirectory directory;
  auto first = Open(directory.Path());
  REQUIRE(first.ok());
  CHECK_THAT(RefusalOf(directory.Path()), Catch::Contains("in use by another understudy process"));
  first->reset();
  CHECK(Open(directory.Path()).ok());
}

TEST_CASE("a database of a newer schema is refused and left as it is") {
  const TemporaryDirectory directory;
  REQUIRE(Open(directory.Path()).ok());
  const std::string file = directory.File("control.db");
  Execute(file, "PRAGMA user_version=2");
  const std::string before = ReadWholeFile(file);
  CHECK_THAT(RefusalOf(directory.Path()),
             Catch::Contains(file + " has schema version 2, written by a newer Understudy"));
  CHECK(ReadWholeFile(file) == before);
}

TEST_CASE("another program's database, text, or an empty file is refused with how to restore") {
  const TemporaryDirectory directory;
  const std::string file = directory.File("control.db");
  SECTION("another program's") { Execute(file, "CREATE TABLE t(x)"); }
  SECTION("text") { WriteWholeFile(file, std::string(5000, 'x')); }
  SECTION("empty") { WriteWholeFile(file, ""); }
  SECTION("only its log") { WriteWholeFile(file + "-wal", "x"); }
  CHECK_THAT(RefusalOf(directory.Path()),
             Catch::StartsWith(file + " is damaged: ") && Catch::Contains("from a backup"));
}

TEST_CASE("a row changed behind the store's back is refused") {
  const TemporaryDirectory directory;
  {
    const auto store = Open(directory.Path());
    REQUIRE(store.ok());
    REQUIRE((*store)->Txn(FullTxn("r-1", 1)).ok());
  }
  const std::string file = directory.File("control.db");
  SECTION("a rollout's body") { Execute(file, "UPDATE rollouts SET body = x'00'"); }
  SECTION("a missing rollout") { Execute(file, "DELETE FROM rollouts"); }
  SECTION("a missing census") { Execute(file, "DELETE FROM census"); }
  SECTION("an older epoch") { Execute(file, "UPDATE census SET epoch = 0"); }
  SECTION("another table") { Execute(file, "CREATE TABLE more(x)"); }
  SECTION("a dropped trigger") { Execute(file, "DROP TRIGGER journal_keeps_lines"); }
  CHECK_THAT(RefusalOf(directory.Path()), Catch::StartsWith(file + " is damaged: "));
}

TEST_CASE("the journal's lines can be neither changed nor removed") {
  const TemporaryDirectory directory;
  {
    const auto store = Open(directory.Path());
    REQUIRE(store.ok());
    REQUIRE((*store)->Txn(FullTxn("r-1", 1)).ok());
  }
  sqlite3* connection = nullptr;
  REQUIRE(sqlite3_open(directory.File("control.db").c_str(), &connection) == SQLITE_OK);
  const auto run = [&](const char* sql) {
    return sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  };
  CHECK(run("UPDATE journal SET body = x'00'") == SQLITE_CONSTRAINT);
  CHECK(run("DELETE FROM journal") == SQLITE_CONSTRAINT);
  sqlite3_close(connection);
}

TEST_CASE("a rollout that could not be read back is not stored") {
  const TemporaryDirectory directory;
  const auto store = Open(directory.Path());
  REQUIRE(store.ok());
  ControlTxn txn = FullTxn("r-1", 1);
  txn.rollouts[0].weight_ppm = kWholePpm + 1;
  CHECK((*store)->Txn(txn).status().code() == absl::StatusCode::kInvalidArgument);
  ControlTxn large;
  large.evidence = {{"r-1", std::string(SqliteControlStore::kMaxBody + 1, 'x')}};
  CHECK((*store)->Txn(large).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK((*store)->Load()->rollouts.empty());
}

TEST_CASE("only the newest ten thousand journal lines are loaded") {
  const TemporaryDirectory directory;
  const auto store = Open(directory.Path());
  REQUIRE(store.ok());
  ControlTxn txn;
  for (std::size_t i = 0; i < SqliteControlStore::kMaxRecords; ++i) {
    txn.journal.push_back(FullLine("r-1", 1));
  }
  const std::size_t txns = SqliteControlStore::kMaxLoadedJournal / txn.journal.size() + 1;
  for (std::size_t i = 0; i < txns; ++i) REQUIRE((*store)->Txn(txn).ok());
  const absl::StatusOr<ControlState> state = (*store)->Load();
  REQUIRE(state.ok());
  REQUIRE(state->journal.size() == SqliteControlStore::kMaxLoadedJournal);
  CHECK(state->journal.back().sequence == txns * txn.journal.size());
  CHECK(state->journal.front().sequence ==
        state->journal.back().sequence - SqliteControlStore::kMaxLoadedJournal + 1);
}

TEST_CASE("a half-made file of an interrupted first start does not hinder the next") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("control.db.new"), "half");
  CHECK(Open(directory.Path()).ok());
}

}  // namespace
}  // namespace understudy
