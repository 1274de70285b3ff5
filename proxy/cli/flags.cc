// Flags that several commands share.
#include "proxy/cli/flags.h"

namespace understudy {

void RolloutFlags::AddTo(CLI::App& command) {
  CLI::Option* positional = command.add_option("id", id, "Rollout id, such as r-0123456789ab");
  CLI::Option* route_flag =
      command.add_option("--route", route, "The newest rollout of this route");
  command.add_option("--candidate", candidate, "With --route: of this candidate cluster")
      ->needs(route_flag);
  positional->excludes(route_flag);
}

v1::RolloutRef RolloutFlags::ToProto() const {
  v1::RolloutRef ref;
  ref.set_id(id);
  ref.set_route(route);
  ref.set_candidate(candidate);
  return ref;
}

void ChangeFlags::AddTo(CLI::App& command, bool reason_required) {
  command.add_option("--reason", reason, "Why; kept in the journal and in reports")
      ->required(reason_required);
  command.add_flag("--dry-run", dry_run, "Say what would happen and change nothing");
}

void ChangeFlags::AddRolloutFlagsTo(CLI::App& command) {
  AddTo(command, /*reason_required=*/false);
  command.add_flag("--override", override_verdict, "Act without a PASS; recorded in every report")
      ->needs(command.get_option("--reason"));
  command
      .add_option("--if-generation", if_generation,
                  "Refuse when the rollout has changed since this generation")
      ->check(CheckWholeNumber);  // CLI11 alone would take -1 for the largest number
}

v1::CommandOptions ChangeFlags::ToProto(const Session& session) const {
  v1::CommandOptions options;
  options.set_actor(session.actor);
  options.set_reason(reason);
  options.set_dry_run(dry_run);
  options.set_override_verdict(override_verdict);
  if (if_generation) options.set_if_generation(*if_generation);
  return options;
}

}  // namespace understudy
