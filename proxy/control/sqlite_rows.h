// Rows of control.db: put, take out, read, count, each row with a hash of what it says.
//
// Threads: one at a time, inside a transaction of the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "proxy/control/sqlite_database.h"

namespace understudy {

enum class ControlTable { kRollouts, kRoutes, kQuarantine, kEvidence };

// How many rows there ought to be, and the store's epoch.
struct Census {
  std::uint64_t epoch = 0;
  std::uint64_t journal = 0;  // lines, and so the newest sequence
  std::uint64_t rollouts = 0;
  std::uint64_t routes = 0;
  std::uint64_t quarantine = 0;
  std::uint64_t evidence = 0;
};

absl::Status PutRow(const Database& database, ControlTable table, std::string_view key,
                    std::string_view body);
absl::Status RemoveRow(const Database& database, ControlTable table, std::string_view key);
absl::Status AppendJournal(const Database& database, std::uint64_t sequence, std::string_view body);

// NOT_FOUND when there is none; DATA_LOSS when its hash does not fit.
absl::StatusOr<std::string> ReadRow(const Database& database, ControlTable table,
                                    std::string_view key);

// Calls `visit(key, body)` for every row; stops at the first error, its own or the visitor's.
using VisitRow = std::function<absl::Status(std::string_view key, std::string_view body)>;
absl::Status ForEachRow(const Database& database, ControlTable table, const VisitRow& visit);

// The newest `limit` lines, newest first.
using VisitLine = std::function<absl::Status(std::uint64_t sequence, std::string_view body)>;
absl::Status ForEachNewestLine(const Database& database, std::size_t limit, const VisitLine& visit);

// All zero in a new file; DATA_LOSS when its hash does not fit.
absl::StatusOr<Census> ReadCensus(const Database& database);
// Counts the tables of keyed rows anew (there are few rows); `epoch` and `journal` are the
// caller's.
absl::StatusOr<Census> CountRows(const Database& database, Census census);
absl::Status WriteCensus(const Database& database, const Census& census);

}  // namespace understudy
