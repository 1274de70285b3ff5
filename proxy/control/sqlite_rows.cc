// The statements of control.db, each in one place.
#include "proxy/control/sqlite_rows.h"

#include <fmt/format.h>

#include "proxy/base/hash.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

std::string_view Name(ControlTable table) {
  switch (table) {
    case ControlTable::kRollouts:
      return "rollouts";
    case ControlTable::kRoutes:
      return "routes";
    case ControlTable::kQuarantine:
      return "quarantine";
    case ControlTable::kEvidence:
      return "evidence";
  }
  return "rollouts";
}

std::int64_t RowSum(std::string_view table, std::string_view key, std::string_view body) {
  return static_cast<std::int64_t>(H64(table, {key, body}));
}

std::int64_t CensusSum(const Census& c) {
  const std::string text = fmt::format("{} {} {} {} {} {}", c.epoch, c.journal, c.rollouts,
                                       c.routes, c.quarantine, c.evidence);
  return RowSum("census", "1", text);
}

absl::Status Changed(std::string_view table, std::string_view key) {
  return absl::DataLossError(
      fmt::format("the row \"{}\" of {} is not as it was written (its hash differs)", key, table));
}

absl::StatusOr<std::uint64_t> Count(const Database& database, std::string_view table) {
  ASSIGN_OR_RETURN(const std::int64_t rows,
                   database.QueryInt(fmt::format("SELECT count(*) FROM {}", table)));
  return static_cast<std::uint64_t>(rows);
}

}  // namespace

absl::Status PutRow(const Database& database, ControlTable table, std::string_view key,
                    std::string_view body) {
  const std::string_view name = Name(table);
  ASSIGN_OR_RETURN(Statement put, database.Prepare(fmt::format(
                                      "INSERT INTO {}(key, body, sum) VALUES(?1, ?2, ?3) "
                                      "ON CONFLICT(key) DO UPDATE SET body = ?2, sum = ?3",
                                      name)));
  return put.BindBlob(1, key).BindBlob(2, body).Bind(3, RowSum(name, key, body)).Run();
}

absl::Status RemoveRow(const Database& database, ControlTable table, std::string_view key) {
  ASSIGN_OR_RETURN(Statement remove,
                   database.Prepare(fmt::format("DELETE FROM {} WHERE key = ?1", Name(table))));
  return remove.BindBlob(1, key).Run();
}

absl::Status AppendJournal(const Database& database, std::uint64_t sequence,
                           std::string_view body) {
  ASSIGN_OR_RETURN(Statement append,
                   database.Prepare("INSERT INTO journal(key, body, sum) VALUES(?1, ?2, ?3)"));
  const std::int64_t sum = RowSum("journal", std::to_string(sequence), body);
  return append.Bind(1, static_cast<std::int64_t>(sequence)).BindBlob(2, body).Bind(3, sum).Run();
}

absl::StatusOr<std::string> ReadRow(const Database& database, ControlTable table,
                                    std::string_view key) {
  const std::string_view name = Name(table);
  ASSIGN_OR_RETURN(Statement read,
                   database.Prepare(fmt::format("SELECT body, sum FROM {} WHERE key = ?1", name)));
  read.BindBlob(1, key);
  ASSIGN_OR_RETURN(const bool row, read.Step());
  if (!row) return NotFound(fmt::format("{} has no row \"{}\"", name, key));
  std::string body(read.Bytes(0));
  if (read.Int(1) != RowSum(name, key, body)) return Changed(name, key);
  return body;
}

absl::Status ForEachRow(const Database& database, ControlTable table, const VisitRow& visit) {
  const std::string_view name = Name(table);
  ASSIGN_OR_RETURN(Statement rows, database.Prepare(fmt::format(
                                       "SELECT key, body, sum FROM {} ORDER BY key", name)));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return absl::OkStatus();
    const std::string_view key = rows.Bytes(0);
    const std::string_view body = rows.Bytes(1);
    if (rows.Int(2) != RowSum(name, key, body)) return Changed(name, key);
    RETURN_IF_ERROR(visit(key, body));
  }
}

absl::Status ForEachNewestLine(const Database& database, std::size_t limit,
                               const VisitLine& visit) {
  ASSIGN_OR_RETURN(
      Statement lines,
      database.Prepare("SELECT key, body, sum FROM journal ORDER BY key DESC LIMIT ?1"));
  lines.Bind(1, static_cast<std::int64_t>(limit));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, lines.Step());
    if (!row) return absl::OkStatus();
    const auto sequence = static_cast<std::uint64_t>(lines.Int(0));
    const std::string key = std::to_string(sequence);
    if (lines.Int(2) != RowSum("journal", key, lines.Bytes(1))) return Changed("journal", key);
    RETURN_IF_ERROR(visit(sequence, lines.Bytes(1)));
  }
}

absl::StatusOr<Census> ReadCensus(const Database& database) {
  ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT epoch, journal, rollouts, routes, quarantine, evidence, "
                       "sum FROM census WHERE one = 1"));
  ASSIGN_OR_RETURN(const bool row, read.Step());
  Census census;
  if (!row) return census;
  const auto column = [&read](int at) { return static_cast<std::uint64_t>(read.Int(at)); };
  census = {column(0), column(1), column(2), column(3), column(4), column(5)};
  if (read.Int(6) != CensusSum(census)) return Changed("census", "1");
  return census;
}

absl::StatusOr<Census> CountRows(const Database& database, Census census) {
  ASSIGN_OR_RETURN(census.rollouts, Count(database, "rollouts"));
  ASSIGN_OR_RETURN(census.routes, Count(database, "routes"));
  ASSIGN_OR_RETURN(census.quarantine, Count(database, "quarantine"));
  ASSIGN_OR_RETURN(census.evidence, Count(database, "evidence"));
  return census;
}

absl::Status WriteCensus(const Database& database, const Census& census) {
  ASSIGN_OR_RETURN(
      Statement write,
      database.Prepare("INSERT INTO census(one, epoch, journal, rollouts, routes, quarantine, "
                       "evidence, sum) VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(one) DO "
                       "UPDATE SET epoch = ?1, journal = ?2, rollouts = ?3, routes = ?4, "
                       "quarantine = ?5, evidence = ?6, sum = ?7"));
  int parameter = 0;
  for (const std::uint64_t value : {census.epoch, census.journal, census.rollouts, census.routes,
                                    census.quarantine, census.evidence}) {
    write.Bind(++parameter, static_cast<std::int64_t>(value));
  }
  return write.Bind(7, CensusSum(census)).Run();
}

}  // namespace understudy
