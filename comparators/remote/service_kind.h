// A comparator service as a kind of comparator: who it was when the configuration was loaded, and
// what it said of each set of options.
//
// Threads: safe on any thread. Build() and OptionFaults() ask the service the first time they meet
// a set of options and may take kDescribePatience; a service that gave no answer is not asked again
// for as long.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "comparators/registry.h"
#include "comparators/remote/service_connection.h"

namespace understudy {

inline constexpr std::chrono::seconds kDescribePatience{5};

class ServiceKind final : public ComparatorKind {
 public:
  // Asks the service who it is. FailedPrecondition says what is wrong with it and what to do.
  static absl::StatusOr<std::shared_ptr<const ServiceKind>> Meet(
      std::shared_ptr<ServiceConnection> connection);

  const ComparatorDescription& Describe() const override { return description_; }
  absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const override;
  std::vector<OptionFault> OptionFaults(std::string_view options_json) const override;

 private:
  using Faults = std::vector<OptionFault>;
  ServiceKind(std::shared_ptr<ServiceConnection> connection,
              const v1::DescribeComparatorResponse& description);
  // What the service has against the options.
  absl::StatusOr<Faults> Judge(const std::string& options_json) const;
  absl::StatusOr<Faults> AskAbout(const std::string& options_json) const;

  const std::shared_ptr<ServiceConnection> connection_;
  const std::string identity_;
  const std::string name_;
  const std::string summary_;
  const std::string origin_;
  const bool same_bytes_are_equal_;
  const std::size_t max_bytes_;
  std::vector<std::string> texts_;  // of the options, four of each
  std::vector<OptionDoc> options_;
  ComparatorDescription description_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::map<std::string, Faults> judged_;
  mutable absl::Status silence_;  // why it gave no answer last
  mutable std::chrono::steady_clock::time_point silent_since_;
};

}  // namespace understudy
