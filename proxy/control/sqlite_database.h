// SQLite as values: a connection, prepared statements, errors as absl::Status.
//
// Threads: a Database and its Statements belong to one thread at a time.
// Ownership: a Statement must not outlive its Database.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace understudy {

class Statement {
 public:
  // Parameters count from 1. Texts and blobs are copied.
  Statement& Bind(int parameter, std::int64_t value);
  Statement& BindText(int parameter, std::string_view text);
  Statement& BindBlob(int parameter, std::string_view bytes);

  // True: there is a row to read. False: done.
  absl::StatusOr<bool> Step();
  // Runs a statement that returns no rows.
  absl::Status Run();

  // Columns count from 0; texts and blobs live until the next Step().
  std::int64_t Int(int column) const;
  std::string_view Bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  absl::Status ErrorNow() const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_result_ = SQLITE_OK;  // the first failure of a Bind, reported by Step()
};

class Database {
 public:
  // Opens an existing file for reading and writing, or creates it when `create`.
  static absl::StatusOr<Database> Open(const std::string& path, bool create);

  absl::StatusOr<Statement> Prepare(std::string_view sql) const;
  // One or more statements; rows are ignored.
  absl::Status Execute(const std::string& sql) const;
  // The first column of the first row; NOT_FOUND when there is none.
  absl::StatusOr<std::int64_t> QueryInt(std::string_view sql) const;
  absl::StatusOr<std::string> QueryText(std::string_view sql) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}

  std::unique_ptr<sqlite3, Close> connection_;
};

// DATA_LOSS for a damaged file or one that is no database, RESOURCE_EXHAUSTED for a full disk,
// UNAVAILABLE for the rest; the message is SQLite's.
absl::Status SqliteError(sqlite3* connection, int code);

}  // namespace understudy
