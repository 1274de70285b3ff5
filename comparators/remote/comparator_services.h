// The comparator services of this process. Configurations that say the same of a service share its
// connection; one that is no longer in a configuration is left.
//
// Threads: safe on any thread. Meeting services may take long, Find() never waits for it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "comparators/registry.h"
#include "comparators/remote/service_connection.h"

namespace understudy {

class ComparatorServices {
 public:
  // `news` as of ServiceConnection.
  explicit ComparatorServices(ServiceConnection::News news = {}) : news_(std::move(news)) {}
  ~ComparatorServices();

  // Asks who the service is, also where it was asked before: it may be a new version. Errors as
  // ServiceKind::Meet().
  absl::StatusOr<std::shared_ptr<const ComparatorKind>> Meet(const ServiceRule& rule);
  // As it was met last, without asking: NotFound when it was not.
  absl::StatusOr<std::shared_ptr<const ComparatorKind>> Find(const ServiceRule& rule) const;
  // Ends the connections to all others.
  void KeepOnly(const std::vector<ServiceRule>& rules);
  // Ends all connections: what is in flight fails at once, and so does whatever is asked later.
  void End();

 private:
  struct Known {
    std::shared_ptr<ServiceConnection> connection;
    std::shared_ptr<const ComparatorKind> kind;
  };
  static std::string KeyOf(const ServiceRule& rule);

  const ServiceConnection::News news_;
  mutable std::mutex mutex_;            // guards what follows
  std::map<std::string, Known> known_;  // by rule
};

}  // namespace understudy
