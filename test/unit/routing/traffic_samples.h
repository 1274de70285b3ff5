// A route with candidates and the traffic view of it, and requests for it.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "proxy/routing/assign.h"

namespace understudy {

// Owns what a RouteTraffic points to.
class SampleRoute {
 public:
  explicit SampleRoute(const std::vector<std::uint32_t>& weights, double mirror_rate = 1.0) {
    route_.name = route_.salt = "digits";
    route_.effects = Effects::kPure;
    route_.incumbent = "v0";
    route_.fallback = true;
    incumbent_.name = "v0";
    for (std::size_t i = 0; i < weights.size(); ++i) {
      clusters_.emplace_back().name = "v" + std::to_string(i + 1);
      CandidateArm& arm = arms_.emplace_back();
      arm.cluster = clusters_.back().name;
      arm.mirror.rate = mirror_rate;
      CandidateTraffic candidate;
      candidate.arm = &arm;
      candidate.cluster = &clusters_.back();
      candidate.weight_ppm = weights[i];
      candidate.mirroring = true;
      traffic_.candidates.push_back(candidate);
    }
    traffic_.route = &route_;
    traffic_.incumbent = &incumbent_;
  }
  SampleRoute(const SampleRoute&) = delete;
  SampleRoute& operator=(const SampleRoute&) = delete;

  Route& Rules() { return route_; }
  CandidateArm& Arm(std::size_t i) { return arms_[i]; }
  RouteTraffic& Traffic() { return traffic_; }

 private:
  Route route_;
  Cluster incumbent_;
  std::deque<Cluster> clusters_;
  std::deque<CandidateArm> arms_;
  RouteTraffic traffic_;
};

// A request's head, with the bytes behind its views.
class SampleRequest {
 public:
  explicit SampleRequest(std::string path = "/x",
                         std::vector<std::pair<std::string, std::string>> fields = {},
                         std::string method = "POST")
      : target_(std::move(path)), fields_(std::move(fields)), method_(std::move(method)) {
    head_.method = method_;
    head_.target = target_;
    head_.path = std::string_view(target_).substr(0, target_.find('?'));
    for (const auto& [name, value] : fields_) head_.fields.push_back({name, value});
  }
  SampleRequest(const SampleRequest&) = delete;
  SampleRequest& operator=(const SampleRequest&) = delete;

  const RequestHead& Head() const { return head_; }

 private:
  const std::string target_;
  const std::vector<std::pair<std::string, std::string>> fields_;
  const std::string method_;
  RequestHead head_;
};

// The arm of a user who is known by the header x-user.
inline Assignment AssignUser(SampleRoute& route, const std::string& user) {
  if (route.Rules().sticky.empty()) route.Rules().sticky = {{KeyKind::kHeader, "x-user"}};
  const SampleRequest request("/x", {{"x-user", user}});
  return Assign(route.Traffic(), {request.Head(), "192.0.2.1", "", "r-" + user});
}

}  // namespace understudy
