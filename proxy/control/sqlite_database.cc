// Thin wrappers; every result code is looked at.
#include "proxy/control/sqlite_database.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/base/status.h"

namespace understudy {

absl::Status SqliteError(sqlite3* connection, int code) {
  const int primary = code & 0xFF;
  const char* detail = connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  const std::string text = fmt::format("SQLite says: {} (code {})", detail, code);
  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    return absl::DataLossError(text);
  }
  if (primary == SQLITE_FULL) return absl::ResourceExhaustedError(text);
  return Unavailable(text);
}

Statement& Statement::Bind(int parameter, std::int64_t value) {
  const int result = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
  return *this;
}

Statement& Statement::BindText(int parameter, std::string_view text) {
  const int result = sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
  return *this;
}

Statement& Statement::BindBlob(int parameter, std::string_view bytes) {
  const int result = sqlite3_bind_blob64(statement_.get(), parameter, bytes.data(), bytes.size(),
                                         SQLITE_TRANSIENT);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
  return *this;
}

absl::Status Statement::ErrorNow() const {
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  return SqliteError(connection, sqlite3_extended_errcode(connection));
}

absl::StatusOr<bool> Statement::Step() {
  if (bind_result_ != SQLITE_OK) return ErrorNow();
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return ErrorNow();
}

absl::Status Statement::Run() {
  ASSIGN_OR_RETURN(const bool row, Step());
  return row ? Internal("a statement that should return no rows returned one") : absl::OkStatus();
}

std::int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (bytes == nullptr || size <= 0) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

absl::StatusOr<Database> Database::Open(const std::string& path, bool create) {
  sqlite3* connection = nullptr;
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
  const int result = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (result != SQLITE_OK) return SqliteError(connection, result);
  return database;
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
  if (result != SQLITE_OK) return SqliteError(connection_.get(), result);
  return Statement(statement);
}

absl::Status Database::Execute(const std::string& sql) const {
  const int result = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? absl::OkStatus() : SqliteError(connection_.get(), result);
}

absl::StatusOr<std::int64_t> Database::QueryInt(std::string_view sql) const {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return NotFound("the query returned no row");
  return statement.Int(0);
}

absl::StatusOr<std::string> Database::QueryText(std::string_view sql) const {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return NotFound("the query returned no row");
  return std::string(statement.Bytes(0));
}

}  // namespace understudy
