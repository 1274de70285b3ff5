// Looking, and swapping.
#include "proxy/wire/watched_tls.h"

#include <utility>

#include "proxy/async/tls_files.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {

absl::StatusOr<std::shared_ptr<WatchedTls>> WatchedTls::Load(std::string who,
                                                             std::vector<std::string> paths,
                                                             Duration renew, Make make) {
  std::shared_ptr<WatchedTls> watched(
      new WatchedTls(std::move(who), std::move(paths), renew, std::move(make)));
  // Before they are read: what changes meanwhile is then seen as a change.
  watched->stamps_ = FileStamps(watched->paths_);
  ASSIGN_OR_RETURN(auto context, watched->make_(nullptr));
  watched->context_.Publish(std::move(context));
  return watched;
}

void WatchedTls::LookAtFiles(SteadyTime now) {
  if (renew_at_ == SteadyTime{}) renew_at_ = now + renew_;
  const bool renews = renew_ > Duration::zero() && now >= renew_at_;
  std::string stamps = FileStamps(paths_);
  const bool changed = stamps != stamps_;
  if (!changed && !renews) return;
  const auto former = Context();
  auto made = make_(renews ? nullptr : former.get());
  if (!made.ok()) {
    const std::string why = Message(made.status());
    if (std::exchange(told_, why) == why) return;
    spdlog::error("{}: its TLS files have changed and cannot be used, so the former ones stay: {}",
                  who_, why);
    return;
  }
  context_.Publish(*std::move(made));
  stamps_ = std::move(stamps);
  told_.clear();
  renew_at_ = now + renew_;
  if (changed) spdlog::info("{}: its TLS files have changed and are in force", who_);
}

}  // namespace understudy
