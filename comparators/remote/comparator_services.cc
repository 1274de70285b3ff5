// Who is known.
#include "comparators/remote/comparator_services.h"

#include <utility>

#include "comparators/remote/service_kind.h"
#include "fmt/format.h"

namespace understudy {

ComparatorServices::~ComparatorServices() { End(); }

std::string ComparatorServices::KeyOf(const ServiceRule& rule) {
  return fmt::format("{}\t{}\t{}\t{}", rule.name, rule.address, rule.deadline.count(),
                     rule.max_in_flight);
}

absl::StatusOr<std::shared_ptr<const ComparatorKind>> ComparatorServices::Meet(
    const ServiceRule& rule) {
  std::shared_ptr<ServiceConnection> connection;
  {
    std::lock_guard lock(mutex_);
    const auto known = known_.find(KeyOf(rule));
    if (known != known_.end()) connection = known->second.connection;
  }
  if (connection == nullptr) connection = std::make_shared<ServiceConnection>(rule, news_);
  const auto kind = ServiceKind::Meet(connection);
  if (!kind.ok()) return kind.status();
  std::lock_guard lock(mutex_);
  known_[KeyOf(rule)] = {std::move(connection), *kind};
  return *kind;
}

absl::StatusOr<std::shared_ptr<const ComparatorKind>> ComparatorServices::Find(
    const ServiceRule& rule) const {
  std::lock_guard lock(mutex_);
  const auto known = known_.find(KeyOf(rule));
  if (known != known_.end()) return known->second.kind;
  return absl::NotFoundError(
      fmt::format("the comparator service \"{}\" at {} was not met", rule.name, rule.address));
}

void ComparatorServices::KeepOnly(const std::vector<ServiceRule>& rules) {
  std::map<std::string, Known> kept;
  std::vector<std::shared_ptr<ServiceConnection>> left;
  {
    std::lock_guard lock(mutex_);
    for (const ServiceRule& rule : rules) {
      auto known = known_.extract(KeyOf(rule));
      if (!known.empty()) kept.insert(std::move(known));
    }
    for (auto& [key, known] : known_) left.push_back(std::move(known.connection));
    known_ = std::move(kept);
  }
  for (const auto& connection : left) connection->End();
}

void ComparatorServices::End() {
  std::vector<std::shared_ptr<ServiceConnection>> all;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [key, known] : known_) all.push_back(known.connection);
  }
  for (const auto& connection : all) connection->End();
}

}  // namespace understudy
