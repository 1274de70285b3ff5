// Every field of a rollout, journal line, quarantine and route switch, both ways.
#include "proxy/control/sqlite_codec.h"

#include <fmt/format.h>

#include <limits>

#include "proxy/base/status.h"
#include "proxy/control/sqlite_plan_codec.h"
#include "understudy/v1/storage.pb.h"

namespace understudy {
namespace {

constexpr std::uint32_t kAllHolds = (static_cast<std::uint32_t>(Hold::kCapacity) << 1) - 1;

std::int64_t Nanoseconds(WallTime time) { return time.time_since_epoch().count(); }
WallTime ToWallTime(std::int64_t nanoseconds) { return WallTime(Duration(nanoseconds)); }

// Parses or says which kind of message the bytes are not.
template <typename StoredMessage>
absl::StatusOr<StoredMessage> Parse(std::string_view bytes, std::string_view what) {
  StoredMessage message;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument(fmt::format("its bytes are no stored {}", what));
  }
  return message;
}

absl::Status CheckRanges(const v1::StoredRollout& stored) {
  if (stored.weight_ppm() > kWholePpm) {
    return InvalidArgument(
        fmt::format("its weight is {} parts per million, above 100 %", stored.weight_ppm()));
  }
  if ((stored.holds() & ~kAllHolds) != 0) {
    return InvalidArgument(fmt::format("it has unknown holds (bits {:#x})", stored.holds()));
  }
  const auto stages = static_cast<std::uint64_t>(stored.plan().stages_size());
  if (stored.stage() > stages) {
    return InvalidArgument(
        fmt::format("it stands in stage {} of a plan of {}", stored.stage(), stages));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeRollout(const RolloutState& rollout) {
  v1::StoredRollout out;
  out.set_id(rollout.id);
  out.set_route(rollout.route);
  out.set_incumbent(rollout.incumbent);
  out.set_incumbent_version(rollout.incumbent_version);
  out.set_candidate(rollout.candidate);
  out.set_candidate_version(rollout.candidate_version);
  StorePlan(rollout.plan, *out.mutable_plan());
  out.set_phase(std::string(ToString(rollout.phase)));
  out.set_stage(rollout.stage);
  out.set_weight_ppm(rollout.weight_ppm);
  out.set_holds(rollout.holds.Bits());
  out.set_generation(rollout.generation);
  out.set_window(rollout.window);
  out.set_stage_approved(rollout.stage_approved);
  out.set_weight_lowered_by_operator(rollout.weight_lowered_by_operator);
  out.set_created_at(Nanoseconds(rollout.created_at));
  out.set_phase_since(Nanoseconds(rollout.phase_since));
  out.set_stage_since(Nanoseconds(rollout.stage_since));
  out.set_stage_held(rollout.stage_held.count());
  if (rollout.held_since) out.set_held_since(Nanoseconds(*rollout.held_since));
  for (const Override& one : rollout.overrides) {
    v1::StoredOverride& stored = *out.add_overrides();
    stored.set_at(Nanoseconds(one.at));
    stored.set_actor(one.actor);
    stored.set_reason(one.reason);
    stored.set_what(one.what);
  }
  out.set_ended_reason(rollout.ended_reason);
  return out.SerializeAsString();
}

absl::StatusOr<RolloutState> DecodeRollout(std::string_view bytes) {
  ASSIGN_OR_RETURN(const v1::StoredRollout stored, Parse<v1::StoredRollout>(bytes, "rollout"));
  RETURN_IF_ERROR(CheckRanges(stored));
  const std::optional<Phase> phase = ParsePhase(stored.phase());
  if (!phase) {
    return InvalidArgument(fmt::format("its phase \"{}\" is unknown", stored.phase()));
  }
  RolloutState rollout;
  rollout.id = stored.id();
  rollout.route = stored.route();
  rollout.incumbent = stored.incumbent();
  rollout.incumbent_version = stored.incumbent_version();
  rollout.candidate = stored.candidate();
  rollout.candidate_version = stored.candidate_version();
  ASSIGN_OR_RETURN(rollout.plan, ReadPlan(stored.plan()));
  rollout.phase = *phase;
  rollout.stage = static_cast<std::size_t>(stored.stage());
  rollout.weight_ppm = stored.weight_ppm();
  rollout.holds = HoldSet(stored.holds());
  rollout.generation = stored.generation();
  rollout.window = stored.window();
  rollout.stage_approved = stored.stage_approved();
  rollout.weight_lowered_by_operator = stored.weight_lowered_by_operator();
  rollout.created_at = ToWallTime(stored.created_at());
  rollout.phase_since = ToWallTime(stored.phase_since());
  rollout.stage_since = ToWallTime(stored.stage_since());
  rollout.stage_held = Duration(stored.stage_held());
  if (stored.has_held_since()) rollout.held_since = ToWallTime(stored.held_since());
  for (const v1::StoredOverride& one : stored.overrides()) {
    rollout.overrides.push_back({ToWallTime(one.at()), one.actor(), one.reason(), one.what()});
  }
  rollout.ended_reason = stored.ended_reason();
  return rollout;
}

std::string EncodeJournalLine(const JournalLine& line) {
  v1::StoredJournalLine out;
  out.set_at(Nanoseconds(line.at));
  out.set_rollout_id(line.rollout_id);
  out.set_route(line.route);
  out.set_generation(line.generation);
  out.set_actor(line.actor);
  out.set_action(line.action);
  out.set_reason(line.reason);
  out.set_from(line.from);
  out.set_to(line.to);
  out.set_evidence(line.evidence);
  return out.SerializeAsString();
}

absl::StatusOr<JournalLine> DecodeJournalLine(std::string_view bytes) {
  ASSIGN_OR_RETURN(const v1::StoredJournalLine stored,
                   Parse<v1::StoredJournalLine>(bytes, "journal line"));
  JournalLine line;
  line.at = ToWallTime(stored.at());
  line.rollout_id = stored.rollout_id();
  line.route = stored.route();
  line.generation = stored.generation();
  line.actor = stored.actor();
  line.action = stored.action();
  line.reason = stored.reason();
  line.from = stored.from();
  line.to = stored.to();
  line.evidence = stored.evidence();
  return line;
}

std::string EncodeQuarantine(const Quarantine& quarantine) {
  v1::StoredQuarantine out;
  out.set_route(quarantine.route);
  out.set_candidate_version(quarantine.candidate_version);
  out.set_rollout_id(quarantine.rollout_id);
  out.set_since(Nanoseconds(quarantine.since));
  out.set_reason(quarantine.reason);
  return out.SerializeAsString();
}

absl::StatusOr<Quarantine> DecodeQuarantine(std::string_view bytes) {
  ASSIGN_OR_RETURN(const v1::StoredQuarantine stored,
                   Parse<v1::StoredQuarantine>(bytes, "quarantine"));
  return Quarantine{stored.route(), stored.candidate_version(), stored.rollout_id(),
                    ToWallTime(stored.since()), stored.reason()};
}

std::string EncodeRouteControl(const RouteControl& control) {
  v1::StoredRouteControl out;
  out.set_route(control.route);
  out.set_killed(control.killed);
  out.set_frozen(control.frozen);
  out.set_promoted(control.promoted);
  out.set_promoted_version(control.promoted_version);
  out.set_promoted_by(control.promoted_by);
  return out.SerializeAsString();
}

absl::StatusOr<RouteControl> DecodeRouteControl(std::string_view bytes) {
  ASSIGN_OR_RETURN(const v1::StoredRouteControl stored,
                   Parse<v1::StoredRouteControl>(bytes, "route control"));
  return RouteControl{stored.route(),    stored.killed(),           stored.frozen(),
                      stored.promoted(), stored.promoted_version(), stored.promoted_by()};
}

}  // namespace understudy
