// Statuses that pass through and values that are taken out.
#include "proxy/base/status.h"

#include <catch2/catch.hpp>
#include <memory>

namespace understudy {
namespace {

absl::StatusOr<std::unique_ptr<int>> Half(int number) {
  if (number % 2 != 0) return InvalidArgument("odd");
  return std::make_unique<int>(number / 2);
}

absl::Status CheckPositive(int number) {
  if (number <= 0) return FailedPrecondition("not positive");
  return absl::OkStatus();
}

absl::StatusOr<int> Quarter(int number) {
  RETURN_IF_ERROR(CheckPositive(number));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Half(number));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> quarter, Half(*half));
  return *quarter;
}

TEST_CASE("the first error is returned and nothing after it runs") {
  CHECK(*Quarter(12) == 3);
  CHECK(Quarter(6).status() == InvalidArgument("odd"));
  CHECK(Quarter(3).status() == InvalidArgument("odd"));
  CHECK(Quarter(-4).status() == FailedPrecondition("not positive"));
}

TEST_CASE("texts keep their bytes between the two kinds of view") {
  const std::string_view text("a\0b", 3);
  CHECK(ToStd(ToAbsl(text)) == text);
  CHECK(Message(NotFound("gone")) == "gone");
}

}  // namespace
}  // namespace understudy
