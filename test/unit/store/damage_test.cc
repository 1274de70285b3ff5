// A damaged control.db is refused, or says exactly what it said before the damage.
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_codec.h"
#include "proxy/control/sqlite_store.h"
#include "test/support/rollout_samples.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

absl::StatusOr<std::unique_ptr<SqliteControlStore>> Open(const std::string& directory) {
  return SqliteControlStore::Open(directory, [] { return At(1000); });
}

// Everything a state says, as one text.
std::string Spell(const ControlState& state) {
  std::string text = std::to_string(state.epoch);
  const auto add = [&text](const std::string& part) {
    text += "|" + std::to_string(part.size()) + ":" + part;
  };
  for (const RolloutState& rollout : state.rollouts) add(EncodeRollout(rollout));
  for (const RouteControl& route : state.routes) add(EncodeRouteControl(route));
  for (const Quarantine& quarantine : state.quarantine) add(EncodeQuarantine(quarantine));
  for (const JournalLine& line : state.journal) {
    add(std::to_string(line.sequence) + EncodeJournalLine(line));
  }
  for (const EvidenceBlob& blob : state.evidence) add(blob.rollout_id + "=" + blob.bytes);
  return text;
}

struct Sample {
  TemporaryDirectory directory;
  std::string file = directory.File("control.db");
  std::string bytes;
  std::string said;

  Sample() {
    {
      const auto store = Open(directory.Path());
      REQUIRE(store.ok());
      for (std::uint64_t generation = 1; generation <= 20; ++generation) {
        REQUIRE((*store)->Txn(FullTxn("r-1", generation)).ok());
      }
      REQUIRE((*store)->Txn(FullTxn("r-2", 1)).ok());
      said = Spell(*(*store)->Load());
    }
    bytes = ReadWholeFile(file);
    REQUIRE_FALSE(std::filesystem::exists(file + "-wal"));
  }

  // Puts these bytes in place of the file. True: refused. False: opened, and it must say the same.
  bool Refuses(const std::string& damaged) {
    std::filesystem::remove(file + "-wal");
    std::filesystem::remove(file + "-shm");
    WriteWholeFile(file, damaged);
    const auto store = Open(directory.Path());
    if (!store.ok()) {
      CHECK_THAT(Message(store.status()), Catch::Contains(file));
      return true;
    }
    CHECK(Spell(*(*store)->Load()) == said);
    return false;
  }
};

TEST_CASE("a control.db with flipped bytes is refused or says what it said before") {
  Sample sample;
  std::mt19937_64 random(7);
  int refused = 0;
  constexpr int kFlips = 300;
  for (int i = 0; i < kFlips; ++i) {
    std::string damaged = sample.bytes;
    const std::size_t at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ static_cast<char>(1 + random() % 255));
    INFO("byte " << at);
    refused += sample.Refuses(damaged) ? 1 : 0;
  }
  // Most of the file is free space of half-empty pages, where a flip means nothing.
  CHECK(refused > 20);
}

TEST_CASE("a control.db with any byte of its header flipped is refused or says the same") {
  Sample sample;
  for (std::size_t at = 0; at < 108; ++at) {
    std::string damaged = sample.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5A);
    INFO("byte " << at);
    const bool refused = sample.Refuses(damaged);
    if (at < 16) CHECK(refused);  // the magic
  }
}

TEST_CASE("a truncated control.db is refused") {
  Sample sample;
  for (std::size_t size = 0; size < sample.bytes.size(); size += 997) {
    INFO("size " << size);
    CHECK(sample.Refuses(sample.bytes.substr(0, size)));
  }
}

TEST_CASE("a control.db with a zeroed page is refused") {
  Sample sample;
  constexpr std::size_t kPage = 4096;
  for (std::size_t page = 0; page < sample.bytes.size() / kPage; ++page) {
    INFO("page " << page);
    std::string damaged = sample.bytes;
    damaged.replace(page * kPage, kPage, std::string(kPage, '\0'));
    CHECK(sample.Refuses(damaged));
  }
}

}  // namespace
}  // namespace understudy
