// Rules about routes: what they match, which clusters they use, and what may be mirrored.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "proxy/control/config_rules.h"
#include "proxy/control/config_suggest.h"

namespace understudy {
namespace {

bool EqualFold(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool HasMethod(const RouteMatch& match, const std::string& method) {
  return std::find(match.methods.begin(), match.methods.end(), method) != match.methods.end();
}

bool HasHeader(const RouteMatch& match, const std::pair<std::string, std::string>& header) {
  return std::any_of(match.headers.begin(), match.headers.end(), [&](const auto& own) {
    return EqualFold(own.first, header.first) && own.second == header.second;
  });
}

// Whether every request that `inner` matches is matched by `outer`.
bool Covers(const RouteMatch& outer, const RouteMatch& inner) {
  if (!outer.path.empty()) {
    if (inner.path != outer.path) return false;
  } else {
    const std::string& begin = inner.path.empty() ? inner.path_prefix : inner.path;
    if (begin.rfind(outer.path_prefix, 0) != 0) return false;
  }
  if (!outer.methods.empty()) {
    if (inner.methods.empty()) return false;
    for (const std::string& method : inner.methods) {
      if (!HasMethod(outer, method)) return false;
    }
  }
  return std::all_of(outer.headers.begin(), outer.headers.end(),
                     [&](const auto& header) { return HasHeader(inner, header); });
}

class RouteRules {
 public:
  RouteRules(const RuleContext& context, std::size_t index)
      : context_(context),
        route_(context.topology.routes[index]),
        index_(index),
        path_(fmt::format("routes[{}]", index)) {
    for (const Cluster& cluster : context.topology.clusters) {
      if (!cluster.name.empty()) cluster_names_.push_back(cluster.name);
    }
    for (const Plan& plan : context.topology.plans) {
      if (!plan.name.empty()) plan_names_.push_back(plan.name);
    }
  }

  void Check() {
    CheckMatch();
    CheckCluster(path_ + ".incumbent", route_.incumbent);
    CheckPlanName(path_ + ".plan", route_.plan);
    for (std::size_t i = 0; i < route_.candidates.size(); ++i) CheckCandidate(i);
    if (route_.control) CheckControl();
    CheckSegments();
    CheckValues();
    if (Mirrors() && route_.effects == Effects::kUnknown) {
      context_.Fault(path_ + ".effects",
                     fmt::format("route {} mirrors requests without saying what they do: write "
                                 "'effects: pure' if a request changes nothing, 'effects: "
                                 "idempotent' if sending it twice does no more than once, or "
                                 "'effects: mutating' (then mirrors must go to clusters with "
                                 "'sandboxed: true')",
                                 Quoted(route_.name)));
    }
  }

 private:
  bool Mirrors() const {
    return (route_.control && route_.control->rate > 0) ||
           std::any_of(route_.candidates.begin(), route_.candidates.end(),
                       [](const CandidateArm& candidate) { return candidate.mirror.rate > 0; });
  }

  void CheckMatch() {
    const std::string at = path_ + ".match";
    if (context_.source.IsFaulty(at)) return;
    const bool has_prefix = context_.source.Has(at + ".path_prefix");
    const bool has_path = context_.source.Has(at + ".path");
    const bool has_service = context_.source.Has(at + ".grpc_service");
    if (int{has_prefix} + int{has_path} + int{has_service} != 1) {
      const bool said = context_.source.IsFaulty(at + ".path_prefix") ||
                        context_.source.IsFaulty(at + ".path") ||
                        context_.source.IsFaulty(at + ".grpc_service");
      if (!said) {
        context_.Fault(at,
                       "a 'match' has exactly one of the keys path_prefix, path, grpc_service; "
                       "write 'path_prefix: /' to match every path");
      }
      return;
    }
    if (!has_service && context_.source.Has(at + ".grpc_method")) {
      context_.Fault(at + ".grpc_method",
                     "'grpc_method' stands with 'grpc_service', which says whose method it is");
      return;
    }
    for (std::size_t i = 0; i < index_; ++i) {
      const Route& above = context_.topology.routes[i];
      const RouteMatch& other = above.match;
      if (other.path.empty() && other.path_prefix.empty()) continue;
      if (route_.match.path.empty() && route_.match.path_prefix.empty()) continue;
      if (!Covers(other, route_.match)) continue;
      context_.Fault(at, fmt::format("route {} can never be reached: route {} above it matches "
                                     "everything it matches",
                                     Quoted(route_.name), Quoted(above.name)));
      return;
    }
  }

  // Nothing when the cluster does not exist.
  const Cluster* CheckCluster(const std::string& at, const std::string& name) {
    if (name.empty()) return nullptr;
    const Cluster* cluster = context_.topology.FindCluster(name);
    if (cluster == nullptr) {
      context_.Fault(at, fmt::format("there is no cluster {}{}", Quoted(name),
                                     SuggestKey(name, cluster_names_, "the clusters are",
                                                "; there are no clusters")));
    }
    return cluster;
  }

  void CheckPlanName(const std::string& at, const std::string& name) {
    if (name.empty() || context_.topology.FindPlan(name) != nullptr) return;
    context_.Fault(
        at, fmt::format("there is no plan {}{}", Quoted(name),
                        SuggestKey(name, plan_names_, "the plans are", "; there are no plans")));
  }

  void CheckSandbox(const std::string& at, const Cluster* cluster, double rate) {
    if (cluster == nullptr || rate <= 0) return;
    if (route_.effects != Effects::kMutating || cluster->sandboxed) return;
    context_.Fault(at, fmt::format("route {} is 'mutating' and must not be mirrored to cluster {}; "
                                   "write 'sandboxed: true' in that cluster if its requests have "
                                   "no effect outside it",
                                   Quoted(route_.name), Quoted(cluster->name)));
  }

  void CheckCandidate(std::size_t i) {
    const CandidateArm& candidate = route_.candidates[i];
    const std::string at = fmt::format("{}.candidates[{}]", path_, i);
    const Cluster* cluster = CheckCluster(at + ".cluster", candidate.cluster);
    if (cluster != nullptr && candidate.cluster == route_.incumbent) {
      context_.Fault(at + ".cluster", fmt::format("cluster {} is the incumbent; a candidate is "
                                                  "another one",
                                                  Quoted(candidate.cluster)));
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (cluster == nullptr || route_.candidates[k].cluster != candidate.cluster) continue;
      context_.Fault(at + ".cluster", fmt::format("cluster {} is a candidate of route {} already",
                                                  Quoted(candidate.cluster), Quoted(route_.name)));
    }
    CheckPlanName(at + ".plan", candidate.plan);
    CheckSandbox(at + ".mirror", cluster, candidate.mirror.rate);
  }

  void CheckControl() {
    const std::string at = path_ + ".control";
    const Cluster* cluster = CheckCluster(at + ".cluster", route_.control->cluster);
    CheckSandbox(at, cluster, route_.control->rate);
    for (const CandidateArm& candidate : route_.candidates) {
      if (cluster == nullptr || candidate.cluster != cluster->name) continue;
      context_.Fault(at + ".cluster",
                     fmt::format("cluster {} is a candidate; the control is the incumbent asked a "
                                 "second time",
                                 Quoted(cluster->name)));
    }
  }

  void CheckSegments() {
    constexpr std::size_t kMostRules = 16;
    constexpr std::size_t kMostValues = 64;
    constexpr std::size_t kLongestValue = 256;
    if (route_.segments.size() > kMostRules) {
      context_.Fault(path_ + ".segments",
                     fmt::format("{} segment rules; at most {} are judged by themselves",
                                 route_.segments.size(), kMostRules));
    }
    for (std::size_t i = 0; i < route_.segments.size(); ++i) {
      const SegmentRule& rule = route_.segments[i];
      const std::string at = fmt::format("{}.segments[{}]", path_, i);
      const auto has = [&](const char* key) { return context_.source.Has(at + "." + key); };
      const int sources = (has("header") ? 1 : 0) + (has("json") ? 1 : 0) +
                          (has("body_size") ? 1 : 0) + (has("length_of") ? 1 : 0);
      if (sources != 1) {
        context_.Fault(at,
                       "a segment has exactly one of the keys header, json, body_size, length_of");
        continue;
      }
      const bool banded = has("body_size") || has("length_of");
      if (banded == has("values")) {
        context_.Fault(at, banded ? "bands have no 'values': the edges between them name them"
                                  : "a segment by header or json needs the key 'values'");
      }
      if (has("length_of") != has("lengths")) {
        context_.Fault(at, "the keys length_of and lengths go together");
      }
      const v1::SegmentConfig& config =
          context_.source.file.routes(static_cast<int>(index_)).segments(static_cast<int>(i));
      const auto check_list = [&](const char* key, int items) {
        if (!has(key) || items > 0) return;
        context_.Fault(at + "." + key, fmt::format("'{}' needs at least one item", key));
      };
      check_list("values", config.values_size());
      check_list("body_size", config.body_size_size());
      check_list("lengths", config.lengths_size());
      for (const std::string& value : rule.values) {
        if (value.size() <= kLongestValue) continue;
        context_.Fault(at, fmt::format("a value of {} bytes; at most {} are kept with the evidence",
                                       value.size(), kLongestValue));
      }
      if (rule.values.size() > kMostValues) {
        context_.Fault(at, fmt::format("{} values; at most {} are judged by themselves",
                                       rule.values.size(), kMostValues));
      }
      if (std::adjacent_find(rule.edges.begin(), rule.edges.end(), std::greater_equal<>()) !=
          rule.edges.end()) {
        context_.Fault(at + (has("lengths") ? ".lengths" : ".body_size"),
                       "the edges between bands must rise");
      }
    }
  }

  void CheckValue(const ValueRule& rule, const std::string& at) {
    const auto has = [&](const char* key) { return context_.source.Has(at + "." + key); };
    if (has("pointer") == has("measure")) {
      context_.Fault(at, "a value has exactly one of the keys pointer, measure");
      return;
    }
    const bool is_cost = rule.measure == "cost";
    for (const char* key : {"input_price", "output_price"}) {
      if (!has(key) || is_cost) continue;
      context_.Fault(at + "." + key, "prices are those of 'measure: cost'");
    }
    if (is_cost && rule.input_price == 0 && rule.output_price == 0) {
      context_.Fault(at, "'measure: cost' needs an input_price or an output_price above 0");
    }
  }

  void CheckValues() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < route_.values.size(); ++i) {
      const ValueRule& rule = route_.values[i];
      names.push_back(rule.name);
      CheckValue(rule, fmt::format("{}.values[{}]", path_, i));
    }
    if (names.size() > 64) {
      context_.Fault(path_ + ".values", "at most 64 values are read of an answer");
    }
    CheckUnique(context_, "value of the route", names,
                [&](std::size_t i) { return fmt::format("{}.values[{}].name", path_, i); });
  }

  const RuleContext& context_;
  const Route& route_;
  const std::size_t index_;
  const std::string path_;
  std::vector<std::string> cluster_names_;
  std::vector<std::string> plan_names_;
};

}  // namespace

void CheckRoutes(const RuleContext& context) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < context.topology.routes.size(); ++i) {
    names.push_back(context.topology.routes[i].name);
    RouteRules(context, i).Check();
  }
  CheckUnique(context, "route", names,
              [](std::size_t i) { return fmt::format("routes[{}].name", i); });
}

}  // namespace understudy
