// Reading the file, swapping what it says, explaining requests.
#include "proxy/server/admin_doors.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/model/grpc.h"
#include "proxy/routing/assign.h"
#include "proxy/routing/match.h"

namespace understudy {
namespace {

std::vector<ConfigComplaint> Complaints(const std::vector<ConfigFault>& faults) {
  std::vector<ConfigComplaint> all;
  for (const ConfigFault& fault : faults) {
    all.push_back({fault.filename, static_cast<std::uint32_t>(fault.place.line),
                   static_cast<std::uint32_t>(fault.place.column), fault.message});
  }
  return all;
}

std::string SourceName(const Route& route, const Unit& unit) {
  if (unit.source < 0) return "request";
  const KeySource& key = route.sticky[static_cast<std::size_t>(unit.source)];
  switch (key.kind) {
    case KeyKind::kHeader:
      return "header " + key.name;
    case KeyKind::kCookie:
      return "cookie " + key.name;
    case KeyKind::kJson:
      return "json " + key.name;
    case KeyKind::kClientAddress:
      return "client_address";
    case KeyKind::kRequest:
      return "request";
  }
  return "request";
}

}  // namespace

ConfigFile::ConfigFile(std::string path, KnownComparators known, KnownComparators known_of_texts,
                       Swap swap)
    : path_(std::move(path)),
      known_(std::move(known)),
      known_of_texts_(std::move(known_of_texts)),
      swap_(std::move(swap)) {}

ConfigResult ConfigFile::Read(std::string& text) const {
  std::ifstream file(path_, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  text = bytes.str();
  return LoadConfigFile(path_, known_, ProcessEnvironment());
}

ConfigResult ConfigFile::Load() {
  std::string text;
  ConfigResult result = Read(text);
  std::lock_guard lock(mutex_);
  if (result.topology != nullptr) present_ = {text, result.topology->hash, path_, WallNow()};
  return result;
}

ConfigInForce ConfigFile::Present() const {
  std::lock_guard lock(mutex_);
  return present_;
}

ConfigCheckup ConfigFile::Check(std::optional<std::string_view> text, std::string_view filename,
                                SentValues values) {
  const ProcessEnvironment open;
  const ClosedEnvironment closed("only an admin's text is given values of the server's machine");
  const ConfigEnvironment& environment =
      values == SentValues::kLookedUp ? static_cast<const ConfigEnvironment&>(open) : closed;
  std::string from_disk;
  const ConfigResult result =
      text ? LoadConfig(*text, std::string(filename), known_of_texts_, environment)
           : Read(from_disk);
  return {Complaints(result.faults), ConfigHash(text ? *text : from_disk)};
}

ConfigCheckup ConfigFile::Reload(std::string_view actor) {
  std::lock_guard turn(reloading_);
  std::string text;
  ConfigResult result = Read(text);
  ConfigCheckup checkup{Complaints(result.faults), ConfigHash(text)};
  if (result.topology != nullptr) {
    if (const absl::Status swapped = swap_(result.topology); !swapped.ok()) {
      checkup.faults.push_back({path_, 0, 0, Message(swapped)});
    }
  }
  std::lock_guard lock(mutex_);
  ++(checkup.faults.empty() ? reloads_ : failed_reloads_);
  if (checkup.faults.empty()) {
    present_ = {text, checkup.hash, path_, WallNow()};
    spdlog::info("configuration {} reloaded by {}: hash {}", path_, actor, checkup.hash);
  }
  for (const ConfigComplaint& fault : checkup.faults) {
    const std::string place =
        fault.line == 0 ? "" : fmt::format(":{}:{}", fault.line, fault.column);
    spdlog::error("reload by {} changed nothing: {}{}: {}", actor, fault.filename, place,
                  fault.message);
  }
  return checkup;
}

std::uint64_t ConfigFile::Reloads() const {
  std::lock_guard lock(mutex_);
  return reloads_;
}

std::uint64_t ConfigFile::FailedReloads() const {
  std::lock_guard lock(mutex_);
  return failed_reloads_;
}

absl::StatusOr<RequestForecast> ExplainRequest(const TrafficView& view,
                                               const RequestDescription& request) {
  RequestHead head;
  head.method = request.method;
  head.target = request.path;
  head.path = head.target.substr(0, head.target.find('?'));
  for (const auto& [name, value] : request.headers) {
    head.fields.push_back({name, value});
    if (NameIs(name, "content-type")) head.grpc = IsGrpcType(value);
  }
  RequestForecast forecast;
  const RouteTraffic* traffic = MatchRoute(view, head);
  if (traffic == nullptr) {
    forecast.sentence = "no route matches: the answer is 404";
    return forecast;
  }
  const Route& route = *traffic->route;
  const RequestFacts facts{head, request.client_address, request.body, "0000000000000000",
                           SteadyNow()};
  const Unit unit = FindUnit(route, facts);
  const Assignment plan = Assign(*traffic, facts);
  const bool candidate = plan.serving_candidate >= 0;
  forecast.matched = true;
  forecast.route = route.name;
  forecast.unit_source = SourceName(route, unit);
  forecast.bucket = BucketOf(route, unit.value);
  forecast.arm = candidate ? "candidate" : "incumbent";
  forecast.cluster =
      candidate
          ? traffic->candidates[static_cast<std::size_t>(plan.serving_candidate)].cluster->name
          : traffic->incumbent->name;
  forecast.sentence =
      fmt::format("route {} by {}: bucket {} is served by {} ({})", route.name,
                  forecast.unit_source, forecast.bucket, forecast.arm, forecast.cluster);
  const bool by_path = !IsMirrored(route, head);
  const bool infrastructure = head.grpc && IsGrpcInfrastructure(head.path);
  for (const CandidateTraffic& arm : traffic->candidates) {
    const MirrorDraw draw = DrawMirror(route, arm, unit.value, facts.now);
    const bool mirrored = !infrastructure && !by_path && arm.Mirroring() && draw.Mirrored();
    forecast.mirrors.push_back({arm.cluster->name, mirrored,
                                infrastructure ? "infrastructure: health checks and reflection are "
                                                 "the incumbent's"
                                : by_path ? "path_not_mirrored: the preset lists no such request"
                                : !arm.Mirroring()     ? "mirroring is off"
                                : draw.configured <= 0 ? "no mirror rate is set"
                                : draw.Mirrored()      ? "drawn"
                                : draw.RateLowered()   ? "sampled_out: the rate is lowered"
                                                       : "sampled_out",
                                draw.draw, draw.rate});
  }
  return forecast;
}

}  // namespace understudy
