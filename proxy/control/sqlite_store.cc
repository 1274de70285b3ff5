// Compare, put, sync: the five verbs over control.db.
#include "proxy/control/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_codec.h"
#include "proxy/control/sqlite_rows.h"

namespace understudy {
namespace {

// A row as bytes, made before the disk is touched.
struct EncodedRow {
  ControlTable table;
  std::string key;
  std::string body;
};

struct EncodedTxn {
  std::vector<EncodedRow> rows;
  std::vector<std::string> removed;  // of the quarantine
  std::vector<std::string> journal;
};

std::string QuarantineKey(const Quarantine& quarantine) {
  return quarantine.route + "\n" + quarantine.candidate_version;
}

absl::Status CheckSize(std::string_view what, const std::string& body) {
  if (body.size() <= SqliteControlStore::kMaxBody) return absl::OkStatus();
  return InvalidArgument(fmt::format("{} takes {} bytes; at most {} are stored", what, body.size(),
                                     SqliteControlStore::kMaxBody));
}

absl::StatusOr<EncodedTxn> Encode(const ControlTxn& txn) {
  const std::size_t records = txn.rollouts.size() + txn.routes.size() + txn.quarantine.size() +
                              txn.unquarantine.size() + txn.journal.size() + txn.evidence.size();
  if (records > SqliteControlStore::kMaxRecords) {
    return InvalidArgument(fmt::format("a transaction of {} records was asked for; at most {} fit",
                                       records, SqliteControlStore::kMaxRecords));
  }
  EncodedTxn out;
  for (const RolloutState& rollout : txn.rollouts) {
    std::string body = EncodeRollout(rollout);
    // A state that could not be read back would keep the next start from happening.
    if (absl::StatusOr<RolloutState> back = DecodeRollout(body); !back.ok()) {
      return InvalidArgument(fmt::format("the rollout {} cannot be stored: {}", rollout.id,
                                         ToStd(back.status().message())));
    }
    out.rows.push_back({ControlTable::kRollouts, rollout.id, std::move(body)});
  }
  for (const RouteControl& route : txn.routes) {
    out.rows.push_back({ControlTable::kRoutes, route.route, EncodeRouteControl(route)});
  }
  for (const Quarantine& quarantine : txn.quarantine) {
    out.rows.push_back(
        {ControlTable::kQuarantine, QuarantineKey(quarantine), EncodeQuarantine(quarantine)});
  }
  for (const EvidenceBlob& blob : txn.evidence) {
    out.rows.push_back({ControlTable::kEvidence, blob.rollout_id, blob.bytes});
  }
  for (const EncodedRow& row : out.rows) RETURN_IF_ERROR(CheckSize(row.key, row.body));
  for (const JournalLine& line : txn.journal) {
    out.journal.push_back(EncodeJournalLine(line));
    RETURN_IF_ERROR(CheckSize("a journal line", out.journal.back()));
  }
  out.removed = txn.unquarantine;
  return out;
}

absl::Status CheckExpected(const Database& database, const ControlTxn::Expected& expected) {
  const absl::StatusOr<std::string> body =
      ReadRow(database, ControlTable::kRollouts, expected.rollout_id);
  std::uint64_t generation = 0;
  if (body.ok()) {
    ASSIGN_OR_RETURN(const RolloutState stored, DecodeRollout(*body));
    if (stored.generation == expected.generation && expected.generation != 0) {
      return absl::OkStatus();
    }
    generation = stored.generation;
  } else if (body.status().code() != absl::StatusCode::kNotFound) {
    return body.status();
  } else if (expected.generation == 0) {
    return absl::OkStatus();
  }
  return absl::AbortedError(
      body.ok() ? fmt::format("rollout {} is stored at generation {}, not {}", expected.rollout_id,
                              generation, expected.generation)
                : fmt::format("rollout {} is not stored; generation {} was expected",
                              expected.rollout_id, expected.generation));
}

// Everything between BEGIN and COMMIT. Returns the new epoch.
absl::StatusOr<std::uint64_t> Write(const Database& database, const ControlTxn& txn,
                                    const EncodedTxn& encoded) {
  for (const ControlTxn::Expected& expected : txn.expected) {
    RETURN_IF_ERROR(CheckExpected(database, expected));
  }
  for (const std::string& key : encoded.removed) {
    RETURN_IF_ERROR(RemoveRow(database, ControlTable::kQuarantine, key));
  }
  for (const EncodedRow& row : encoded.rows) {
    RETURN_IF_ERROR(PutRow(database, row.table, row.key, row.body));
  }
  ASSIGN_OR_RETURN(Census census, ReadCensus(database));
  for (const std::string& line : encoded.journal) {
    RETURN_IF_ERROR(AppendJournal(database, ++census.journal, line));
  }
  ++census.epoch;
  ASSIGN_OR_RETURN(census, CountRows(database, census));
  RETURN_IF_ERROR(WriteCensus(database, census));
  return census.epoch;
}

absl::Status Unreadable(std::string_view table, std::string_view key, const absl::Status& why) {
  return absl::DataLossError(
      fmt::format("the row \"{}\" of {} cannot be read: {}", key, table, ToStd(why.message())));
}

absl::Status CheckCensus(const Database& database, const Census& census,
                         const ControlState& state) {
  ASSIGN_OR_RETURN(const std::int64_t lines, database.QueryInt("SELECT count(*) FROM journal"));
  const std::uint64_t newest = state.journal.empty() ? 0 : state.journal.back().sequence;
  const auto differs = [](std::uint64_t expected, std::size_t found) { return expected != found; };
  if (newest != census.journal || differs(census.journal, static_cast<std::size_t>(lines)) ||
      differs(census.rollouts, state.rollouts.size()) ||
      differs(census.routes, state.routes.size()) ||
      differs(census.quarantine, state.quarantine.size()) ||
      differs(census.evidence, state.evidence.size())) {
    return absl::DataLossError("rows are missing or too many (the census differs)");
  }
  return absl::OkStatus();
}

absl::StatusOr<ControlState> Read(const Database& database) {
  ControlState state;
  ASSIGN_OR_RETURN(const Census census, ReadCensus(database));
  state.epoch = census.epoch;
  // Decodes one row and appends it, or says which row it was.
  const auto append = [](auto& list, auto decoded, std::string_view table, std::string_view key) {
    if (!decoded.ok()) return Unreadable(table, key, decoded.status());
    list.push_back(*std::move(decoded));
    return absl::OkStatus();
  };
  using View = std::string_view;
  RETURN_IF_ERROR(ForEachRow(database, ControlTable::kRollouts, [&](View key, View body) {
    return append(state.rollouts, DecodeRollout(body), "rollouts", key);
  }));
  RETURN_IF_ERROR(ForEachRow(database, ControlTable::kRoutes, [&](View key, View body) {
    return append(state.routes, DecodeRouteControl(body), "routes", key);
  }));
  RETURN_IF_ERROR(ForEachRow(database, ControlTable::kQuarantine, [&](View key, View body) {
    return append(state.quarantine, DecodeQuarantine(body), "quarantine", key);
  }));
  RETURN_IF_ERROR(ForEachRow(database, ControlTable::kEvidence, [&](View key, View body) {
    state.evidence.push_back({std::string(key), std::string(body)});
    return absl::OkStatus();
  }));
  const auto take_line = [&](std::uint64_t sequence, View body) {
    RETURN_IF_ERROR(
        append(state.journal, DecodeJournalLine(body), "journal", std::to_string(sequence)));
    state.journal.back().sequence = sequence;
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(ForEachNewestLine(database, SqliteControlStore::kMaxLoadedJournal, take_line));
  std::reverse(state.journal.begin(), state.journal.end());
  RETURN_IF_ERROR(CheckCensus(database, census, state));
  return state;
}

}  // namespace

SqliteControlStore::SqliteControlStore(std::string path, DirectoryLock lock, Database database,
                                       std::function<WallTime()> now)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      database_(std::move(database)),
      now_(std::move(now)) {}

absl::StatusOr<std::unique_ptr<SqliteControlStore>> SqliteControlStore::Open(
    const std::string& data_dir, std::function<WallTime()> now) {
  ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::Take(data_dir));
  ASSIGN_OR_RETURN(Database database, OpenControlFile(data_dir));
  std::unique_ptr<SqliteControlStore> store(new SqliteControlStore(
      data_dir + "/control.db", std::move(lock), std::move(database), std::move(now)));
  // What Load() would refuse later is refused at the start.
  ASSIGN_OR_RETURN(const ControlState state, store->Load());
  for (const JournalLine& line : state.journal) store->transitions_.Add(line);
  return store;
}

absl::StatusOr<ControlState> SqliteControlStore::Load() {
  absl::StatusOr<ControlState> state = Read(database_);
  if (!state.ok() && state.status().code() == absl::StatusCode::kDataLoss) {
    return Damaged(path_, ToStd(state.status().message()));
  }
  return state;
}

absl::StatusOr<std::uint64_t> SqliteControlStore::Txn(const ControlTxn& txn) {
  ASSIGN_OR_RETURN(const EncodedTxn encoded, Encode(txn));
  absl::StatusOr<std::uint64_t> epoch = [&]() -> absl::StatusOr<std::uint64_t> {
    RETURN_IF_ERROR(database_.Execute("BEGIN IMMEDIATE"));
    ASSIGN_OR_RETURN(const std::uint64_t written, Write(database_, txn, encoded));
    RETURN_IF_ERROR(database_.Execute("COMMIT"));
    return written;
  }();
  if (!epoch.ok()) {
    // SQLite may have rolled back by itself (full disk); then this fails and nothing is open.
    database_.Execute("ROLLBACK").IgnoreError();
    if (epoch.status().code() == absl::StatusCode::kAborted) return epoch;
    return Unavailable(fmt::format("{} could not be written and is unchanged: {}", path_,
                                   ToStd(epoch.status().message())));
  }
  last_proof_ = now_();
  for (const JournalLine& line : txn.journal) transitions_.Add(line);
  if (on_change_) on_change_(*epoch);
  return epoch;
}

void SqliteControlStore::Watch(std::function<void(std::uint64_t epoch)> on_change) {
  on_change_ = std::move(on_change);
}

}  // namespace understudy
