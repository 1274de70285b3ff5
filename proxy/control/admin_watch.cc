// The watch stream: a picture at once, then one per change and at least one per second.
#include <fmt/format.h>

#include <algorithm>

#include "proxy/base/status.h"
#include "proxy/control/admin_convert.h"
#include "proxy/control/admin_picture.h"
#include "proxy/control/admin_rollout_service.h"
#include "proxy/control/admin_status.h"
#include "proxy/control/admin_target.h"

namespace understudy {
namespace {

constexpr Duration kHeartbeat = std::chrono::seconds(1);
// Views that show no change wait for the heartbeat, so a busy control plane cannot flood a watcher.

// A reference that stays on the candidate first found, whatever is created later.
v1::RolloutRef Pinned(const AdminTarget& target, const v1::RolloutRef& asked) {
  if (!asked.id().empty() || target.candidate == nullptr) return asked;
  v1::RolloutRef pinned;
  pinned.set_route(target.candidate->route);
  pinned.set_candidate(target.candidate->candidate);
  return pinned;
}

}  // namespace

grpc::Status AdminRolloutService::Watch(Context* context, const v1::WatchRolloutRequest* request,
                                        grpc::ServerWriter<v1::WatchRolloutResponse>* writer) {
  absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Watch");
  if (!caller.ok()) return ToGrpc(caller.status());
  const std::optional<CallQuota::Place> place = watchers_.Take();
  if (!place.has_value()) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            fmt::format("{} watchers are connected, which is the limit; close one, or ask with Get",
                        watchers_.limit())};
  }
  std::shared_ptr<const ControlView> view = rollouts_.Read();
  absl::StatusOr<AdminTarget> target = FindTarget(*view, request->rollout());
  if (!target.ok()) return ToGrpc(target.status());
  const v1::RolloutRef pinned = Pinned(*target, request->rollout());

  std::string last_key;
  std::optional<SteadyTime> last_sent;
  while (!context->IsCancelled()) {
    if (stopping_.load()) return ToGrpc(Unavailable("the proxy is shutting down"));
    target = FindTarget(*view, pinned);
    if (!target.ok()) return ToGrpc(target.status());
    v1::GetRolloutResponse picture = PictureOf(*view, *target, clock_.wall());
    std::string key = ChangeKey(picture);
    const bool changed = !last_sent.has_value() || key != last_key;
    const SteadyTime now = clock_.steady();
    if (changed || now - *last_sent >= kHeartbeat) {
      v1::WatchRolloutResponse message;
      message.set_version(view->version);
      *message.mutable_at() = ToProto(view->at);
      message.set_changed(changed);
      message.mutable_status()->Swap(picture.mutable_status());
      message.mutable_route()->Swap(picture.mutable_route());
      message.mutable_explanation()->Swap(picture.mutable_explanation());
      // Blocks while the watcher does not read: this call's thread and no other.
      if (!writer->Write(message)) break;
      last_key = std::move(key);
      last_sent = now;
    }
    const Duration until_heartbeat = kHeartbeat - (clock_.steady() - *last_sent);
    view = rollouts_.WaitNewer(view->version, std::max(until_heartbeat, Duration(1)));
    // A token that is taken away ends what it began.
    caller = guard_.Admit(*context, kService, "Watch");
    if (!caller.ok()) return ToGrpc(caller.status());
  }
  return grpc::Status::OK;
}

}  // namespace understudy
