// Puts candidate, route and explanation together.
#include "proxy/control/admin_picture.h"

#include <fmt/format.h>

#include "proxy/control/admin_convert.h"
#include "proxy/control/explain.h"
#include "proxy/control/report_document.h"

namespace understudy {

v1::GetRolloutResponse PictureOf(const ControlView& view, const AdminTarget& target, WallTime now) {
  v1::GetRolloutResponse picture;
  const CandidateView shown =
      target.old_rollout == nullptr ? *target.candidate : ViewOfRollout(view, *target.old_rollout);
  *picture.mutable_status() = ToProto(shown);
  if (const RouteView* route = view.FindRoute(shown.route)) {
    *picture.mutable_route() = ToProto(*route, view);
  }
  *picture.mutable_explanation() = ToProto(Explain(view, shown, now));
  return picture;
}

std::string ChangeKey(const v1::GetRolloutResponse& picture) {
  const v1::Rollout& rollout = picture.status().rollout();
  std::string key =
      fmt::format("{}/{}/{}/{}/{}/{}/{}/{}/{}", rollout.id(), static_cast<int>(rollout.phase()),
                  rollout.stage(), rollout.weight_percent(), rollout.generation(),
                  static_cast<int>(picture.status().verdict().kind()),
                  static_cast<int>(picture.status().verdict().reason()), picture.route().killed(),
                  picture.route().frozen());
  for (const int hold : rollout.holds()) key += fmt::format("/{}", hold);
  for (const v1::CheckStatus& check : picture.status().verdict().checks()) {
    key += fmt::format("/{}={}", check.check(), static_cast<int>(check.kind()));
  }
  return key;
}

}  // namespace understudy
