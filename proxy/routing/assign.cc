// Sticky units, buckets and draws, all by the seeded hash.
#include "proxy/routing/assign.h"

#include <algorithm>

#include "proxy/base/hash.h"
#include "proxy/model/grpc.h"
#include "proxy/routing/json_text.h"
#include "proxy/routing/match.h"

namespace understudy {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view CookieValue(const std::vector<HeaderField>& fields, std::string_view name) {
  for (const HeaderField& field : fields) {
    if (!NameIs(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      const std::string_view pair = Trimmed(rest.substr(0, end));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        return pair.substr(equals + 1);
      }
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return {};
}

std::string_view HeaderValue(const std::vector<HeaderField>& fields, std::string_view name) {
  for (const HeaderField& field : fields) {
    if (SameName(field.name, name)) return field.value;
  }
  return {};
}

std::string_view KeyValue(const KeySource& key, const RequestFacts& request) {
  switch (key.kind) {
    case KeyKind::kHeader:
      return HeaderValue(request.head.fields, key.name);
    case KeyKind::kCookie:
      return CookieValue(request.head.fields, key.name);
    case KeyKind::kJson: {
      const auto value = FindJsonValue(request.body, key.name);
      return value && *value != "null" && *value != "\"\"" ? *value : std::string_view();
    }
    case KeyKind::kClientAddress:
      return request.client_address;
    case KeyKind::kRequest:
      return request.request_id;
  }
  return {};
}

}  // namespace

Unit FindUnit(const Route& route, const RequestFacts& request) {
  Unit unit;
  for (std::size_t i = 0; i < route.sticky.size(); ++i) {
    unit.value = KeyValue(route.sticky[i], request);
    if (!unit.value.empty()) {
      unit.source = static_cast<int>(i);
      return unit;
    }
    unit.fell_through = true;
  }
  unit.value = request.request_id;
  return unit;
}

std::uint32_t BucketOf(const Route& route, std::string_view unit) {
  return static_cast<std::uint32_t>(H64(route.salt, {unit}) % kWholePpm);
}

bool DrawControl(const RouteTraffic& route, std::string_view unit) {
  if (route.control == nullptr) return false;
  const Route& rules = *route.route;
  return UnitInterval(H64(rules.salt, {rules.name, "control", unit})) < route.control_rate;
}

MirrorDraw DrawMirror(const Route& route, const CandidateTraffic& candidate, std::string_view unit,
                      SteadyTime now) {
  const double configured = candidate.arm->mirror.rate;
  const double share = candidate.adaptive == nullptr ? 1 : candidate.adaptive->Share(now);
  return {UnitInterval(H64(route.salt, {route.name, "mirror", unit})), configured * share,
          configured};
}

bool Assignment::AnyMirrored() const {
  return std::any_of(draws.begin(), draws.end(), [](const Draw& draw) { return draw.mirrored; });
}

Assignment Assign(const RouteTraffic& traffic, const RequestFacts& request) {
  const Route& route = *traffic.route;
  Assignment plan;
  plan.route = &traffic;
  if (traffic.candidates.empty()) return plan;
  const Unit unit = FindUnit(route, request);
  plan.sticky_fell_through = unit.fell_through;
  plan.bucket = BucketOf(route, unit.value);
  plan.unit_hash = H64(route.salt, {"unit", unit.value});
  plan.control = DrawControl(traffic, unit.value);
  const bool infrastructure = request.head.grpc && IsGrpcInfrastructure(request.head.path);
  // Ranges grow from both ends in turn, so that a bucket keeps its arm while weights rise.
  std::uint32_t low = 0;
  std::uint32_t high = kWholePpm;
  for (std::size_t i = 0; i < traffic.candidates.size(); ++i) {
    const std::uint32_t weight = std::min(traffic.candidates[i].weight_ppm, high - low);
    const bool from_below = i % 2 == 0;
    const bool serves = from_below ? plan.bucket >= low && plan.bucket < low + weight
                                   : plan.bucket < high && plan.bucket >= high - weight;
    if (serves && !infrastructure && !traffic.candidates[i].Stopped())
      plan.serving_candidate = static_cast<int>(i);
    (from_below ? low : high) += from_below ? weight : 0u - weight;
  }
  plan.may_fall_back = plan.serving_candidate >= 0 && route.fallback &&
                       (route.effects == Effects::kPure || route.effects == Effects::kIdempotent);
  const bool by_path = !IsMirrored(route, request.head);
  for (std::size_t i = 0; i < traffic.candidates.size(); ++i) {
    const CandidateTraffic& candidate = traffic.candidates[i];
    if (candidate.arm->mirror.rate <= 0) continue;
    if (infrastructure || by_path) {
      plan.draws.push_back(
          {static_cast<std::uint16_t>(i), false, false, !infrastructure, false, infrastructure});
      continue;
    }
    const MirrorDraw draw = DrawMirror(route, candidate, unit.value, request.now);
    const bool mirroring = candidate.Mirroring();
    plan.draws.push_back({static_cast<std::uint16_t>(i), mirroring && draw.Mirrored(), !mirroring,
                          false, draw.RateLowered(), false});
  }
  return plan;
}

}  // namespace understudy
