// One pair, asked and answered.
#include "comparators/remote/service_comparator.h"

#include <utility>

#include "comparators/remote/service_messages.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// More than the numbers and lengths around the bodies take.
constexpr std::size_t kEnvelope = 1024;

}  // namespace

ServiceComparator::ServiceComparator(std::shared_ptr<ServiceConnection> connection,
                                     std::string identity, std::string options_json,
                                     std::size_t max_bytes)
    : connection_(std::move(connection)),
      identity_(std::move(identity)),
      options_json_(std::move(options_json)),
      max_bytes_(max_bytes) {}

absl::StatusOr<Comparison> ServiceComparator::Compare(const Pair& pair) const {
  const auto too_large = [this] {
    return absl::ResourceExhaustedError(fmt::format(
        "the pair takes more than the {} bytes that the service takes in one message", max_bytes_));
  };
  if (BytesOf(pair) + options_json_.size() + kEnvelope > max_bytes_) return too_large();
  v1::CompareRequest request = RequestOf(pair, options_json_);
  if (request.ByteSizeLong() + kEnvelope > max_bytes_) return too_large();
  absl::StatusOr<ServiceAnswer> answer = connection_->Ask(std::move(request));
  if (!answer.ok()) return answer.status();
  if (answer->identity != identity_) {
    return absl::AbortedError(
        fmt::format("the comparator service \"{}\" is now {} and was {}; reload the configuration "
                    "to begin new evidence with it",
                    connection_->rule().name, answer->identity, identity_));
  }
  return ComparisonOf(std::move(answer->response));
}

}  // namespace understudy
