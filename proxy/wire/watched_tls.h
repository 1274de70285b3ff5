// A TLS context that is made from files, and made anew when they change: new connections then use
// the new one, those that are open stay with theirs. Files that cannot be used change nothing.
//
// Threads: Context() from any; LookAtFiles() from one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/async/tls_context.h"
#include "proxy/base/snapshot.h"
#include "proxy/base/time.h"

namespace understudy {

class WatchedTls {
 public:
  using Made = absl::StatusOr<std::shared_ptr<const TlsContext>>;
  // `former`: whose tickets go on; null for the first one, and where there are to be new keys.
  using Make = std::function<Made(const TlsContext* former)>;

  // Makes the first context. `who`, for the log: "listener inference". `renew`: how long the keys
  // of tickets are used; zero: there are none.
  static absl::StatusOr<std::shared_ptr<WatchedTls>> Load(std::string who,
                                                          std::vector<std::string> paths,
                                                          Duration renew, Make make);

  std::shared_ptr<const TlsContext> Context() const { return context_.Read(); }
  // Waits for the disk.
  void LookAtFiles(SteadyTime now);

 private:
  WatchedTls(std::string who, std::vector<std::string> paths, Duration renew, Make make)
      : who_(std::move(who)), paths_(std::move(paths)), renew_(renew), make_(std::move(make)) {}

  const std::string who_;
  const std::vector<std::string> paths_;
  const Duration renew_;
  const Make make_;
  std::string stamps_;  // of the files the context was made from
  std::string told_;    // why it could not be made anew
  SteadyTime renew_at_{};
  Snapshot<TlsContext> context_;
};

}  // namespace understudy
