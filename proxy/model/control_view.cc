// Look-ups in a ControlView.
#include "proxy/model/control_view.h"

#include <algorithm>

namespace understudy {

const CandidateView* ControlView::Find(std::string_view route, std::string_view candidate) const {
  const auto found = std::find_if(
      candidates.begin(), candidates.end(),
      [&](const CandidateView& c) { return c.route == route && c.candidate == candidate; });
  return found == candidates.end() ? nullptr : &*found;
}

const RouteView* ControlView::FindRoute(std::string_view route) const {
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [&](const RouteView& r) { return r.name == route; });
  return found == routes.end() ? nullptr : &*found;
}

const CandidateView* ControlView::FindEnded(std::string_view rollout_id) const {
  const auto found = ended.find(rollout_id);
  return found == ended.end() ? nullptr : found->second.get();
}

}  // namespace understudy
