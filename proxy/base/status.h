// absl::Status beside std types: Debian's Abseil has its own string_view, so texts cross here.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace understudy {

inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string Message(const absl::Status& status) { return std::string(status.message()); }

inline absl::Status InvalidArgument(std::string_view text) {
  return absl::InvalidArgumentError(ToAbsl(text));
}
inline absl::Status FailedPrecondition(std::string_view text) {
  return absl::FailedPreconditionError(ToAbsl(text));
}
inline absl::Status NotFound(std::string_view text) { return absl::NotFoundError(ToAbsl(text)); }
inline absl::Status Unavailable(std::string_view text) {
  return absl::UnavailableError(ToAbsl(text));
}
inline absl::Status Internal(std::string_view text) { return absl::InternalError(ToAbsl(text)); }

}  // namespace understudy

#define UNDERSTUDY_CONCAT_INNER(a, b) a##b
#define UNDERSTUDY_CONCAT(a, b) UNDERSTUDY_CONCAT_INNER(a, b)

// Returns the status when it is not OK.
#define RETURN_IF_ERROR(expression)                           \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

// ASSIGN_OR_RETURN(const T value, Call()): the value, or return the status.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_(UNDERSTUDY_CONCAT(status_or_, __LINE__), declaration, expression)
#define ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                              \
  if (!result.ok()) return std::move(result).status();     \
  declaration = *std::move(result)
