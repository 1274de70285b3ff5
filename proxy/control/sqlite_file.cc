// The checks between a path and a database one may trust.
#include "proxy/control/sqlite_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "proxy/base/status.h"

namespace understudy {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x554E4453;  // "UNDS"

// Kept by SQLite word for word, so that a changed schema is noticed. A row's check is the hash of
// its table, key and body, and the census counts the rows: SQLite's own check does not cover what
// a row says.
constexpr std::array kSchema = {
    "CREATE TABLE census(one INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, journal INTEGER NOT "
    "NULL, rollouts INTEGER NOT NULL, routes INTEGER NOT NULL, quarantine INTEGER NOT NULL, "
    "evidence INTEGER NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE rollouts(key BLOB PRIMARY KEY, body BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE routes(key BLOB PRIMARY KEY, body BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE quarantine(key BLOB PRIMARY KEY, body BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE evidence(key BLOB PRIMARY KEY, body BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TABLE journal(key INTEGER PRIMARY KEY, body BLOB NOT NULL, sum INTEGER NOT NULL)",
    "CREATE TRIGGER journal_keeps_lines BEFORE DELETE ON journal BEGIN "
    "SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_keeps_words BEFORE UPDATE ON journal BEGIN "
    "SELECT RAISE(ABORT, 'the journal is append-only'); END",
};

absl::Status NotWritable(const std::string& directory, std::string_view why) {
  return FailedPrecondition(
      fmt::format("the data directory {} cannot be used: {}; make it writable for this user or set "
                  "data_dir to another place",
                  directory, why));
}

absl::Status SyncDirectory(const std::string& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return NotWritable(directory, std::strerror(errno));
  const bool synced = ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  return synced ? absl::OkStatus() : NotWritable(directory, std::strerror(error));
}

// Made beside its name and then renamed: a crash leaves either no control.db or a whole one.
absl::Status MakeFile(const std::string& directory, const std::string& path) {
  const std::string draft = path + ".new";
  std::error_code ignored;
  fs::remove(draft, ignored);
  fs::remove(draft + "-journal", ignored);
  {
    ASSIGN_OR_RETURN(const Database database, Database::Open(draft, true));
    std::string sql = "PRAGMA synchronous=FULL; BEGIN;";
    for (const char* statement : kSchema) sql += std::string(statement) + ";";
    sql += fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;", kApplicationId,
                       kControlSchemaVersion);
    RETURN_IF_ERROR(database.Execute(sql));
  }
  ::chmod(draft.c_str(), 0600);
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    return NotWritable(directory, std::strerror(errno));
  }
  return SyncDirectory(directory);
}

absl::Status CheckIdentity(const Database& database, const std::string& path) {
  ASSIGN_OR_RETURN(const std::int64_t application, database.QueryInt("PRAGMA application_id"));
  ASSIGN_OR_RETURN(const std::int64_t version, database.QueryInt("PRAGMA user_version"));
  if (application != kApplicationId) {
    return absl::DataLossError("it is not a control database of Understudy");
  }
  if (version > kControlSchemaVersion) {
    return FailedPrecondition(fmt::format(
        "{} has schema version {}, written by a newer Understudy; this one reads up to {}. Run "
        "the newer program, or restore a backup made before the upgrade",
        path, version, kControlSchemaVersion));
  }
  if (version < kControlSchemaVersion) {
    return absl::DataLossError(fmt::format("it has the unknown schema version {}", version));
  }
  return absl::OkStatus();
}

absl::Status CheckWhole(const Database& database) {
  ASSIGN_OR_RETURN(const std::string found, database.QueryText("PRAGMA integrity_check(1)"));
  if (found != "ok") return absl::DataLossError(found);
  ASSIGN_OR_RETURN(Statement schema,
                   database.Prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                                    "ORDER BY rowid"));
  for (const char* expected : kSchema) {
    ASSIGN_OR_RETURN(const bool row, schema.Step());
    if (!row || schema.Bytes(0) != expected) {
      return absl::DataLossError(fmt::format("its schema differs; expected \"{}\"", expected));
    }
  }
  ASSIGN_OR_RETURN(const bool more, schema.Step());
  return more ? absl::DataLossError("its schema has more than this version has") : absl::OkStatus();
}

absl::Status Configure(const Database& database) {
  // cell_size_check and trusted_schema: the file is input from outside until proven whole.
  RETURN_IF_ERROR(
      database.Execute("PRAGMA busy_timeout=5000; PRAGMA cell_size_check=ON; "
                       "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON;"));
  ASSIGN_OR_RETURN(const std::string mode, database.QueryText("PRAGMA journal_mode=WAL"));
  if (mode != "wal") return Unavailable("the file system does not support a write-ahead log");
  return database.Execute(
      "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000; "
      "PRAGMA journal_size_limit=4194304;");
}

// Names the file in whatever went wrong while opening it.
absl::Status Explain(const absl::Status& status, const std::string& path) {
  if (status.code() == absl::StatusCode::kFailedPrecondition) return status;
  if (status.code() == absl::StatusCode::kDataLoss) return Damaged(path, ToStd(status.message()));
  return Unavailable(fmt::format("{} cannot be opened: {}", path, ToStd(status.message())));
}

// Nothing is written before the identity is known: a newer program's file must stay as it is.
absl::StatusOr<Database> OpenPresent(const std::string& path) {
  ASSIGN_OR_RETURN(Database database, Database::Open(path, false));
  RETURN_IF_ERROR(CheckIdentity(database, path));
  RETURN_IF_ERROR(Configure(database));
  RETURN_IF_ERROR(CheckWhole(database));
  return database;
}

}  // namespace

absl::Status Damaged(const std::string& path, std::string_view why) {
  return absl::DataLossError(fmt::format(
      "{} is damaged: {}. Restore {} (and remove {}-wal and {}-shm) from a backup; or move the "
      "three files away to start with no rollouts, where every route serves its configured "
      "incumbent",
      path, why, path, path, path));
}

absl::StatusOr<DirectoryLock> DirectoryLock::Take(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return NotWritable(directory, error.message());
  const std::string path = directory + "/understudy.lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return NotWritable(directory, std::strerror(errno));
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return FailedPrecondition(
        fmt::format("the data directory {} is in use by another understudy process; stop that one "
                    "or set data_dir to another place",
                    directory));
  }
  if (::access(directory.c_str(), W_OK) != 0) return NotWritable(directory, std::strerror(errno));
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::StatusOr<Database> OpenControlFile(const std::string& directory) {
  const std::string path = directory + "/control.db";
  std::error_code error;
  const bool present = fs::exists(path, error);
  if (error) return NotWritable(directory, error.message());
  if (!present) {
    if (fs::exists(path + "-wal", error)) {
      return Damaged(path, "it is missing although its write-ahead log is there");
    }
    if (absl::Status made = MakeFile(directory, path); !made.ok()) return Explain(made, path);
  } else if (fs::file_size(path, error) == 0) {
    return Damaged(path, "it is empty");
  }
  absl::StatusOr<Database> database = OpenPresent(path);
  if (!database.ok()) return Explain(database.status(), path);
  return database;
}

}  // namespace understudy
