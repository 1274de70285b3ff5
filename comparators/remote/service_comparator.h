// A comparator that asks a service over the service's one stream.
//
// Threads: immutable, safe on any thread; Compare() waits for the answer or the deadline.
// Ownership: shares the connection with the other comparators of the service.
#pragma once

#include <memory>
#include <string>

#include "comparators/comparator.h"
#include "comparators/remote/service_connection.h"

namespace understudy {

class ServiceComparator final : public Comparator {
 public:
  // `identity` is whom the options were checked with; `max_bytes` bounds a pair's message.
  ServiceComparator(std::shared_ptr<ServiceConnection> connection, std::string identity,
                    std::string options_json, std::size_t max_bytes);

  // Errors as ServiceConnection::Ask() and ComparisonOf(); ResourceExhausted for a pair beyond the
  // bound, which is not sent; FailedPrecondition when another one answers than was configured.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  const std::shared_ptr<ServiceConnection> connection_;
  const std::string identity_;
  const std::string options_json_;
  const std::size_t max_bytes_;
};

}  // namespace understudy
