// Flags that several commands share: which rollout, and how to change it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "proxy/cli/command.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

// Names a rollout by its id, or by route and candidate.
struct RolloutFlags {
  std::string id;
  std::string route;
  std::string candidate;

  void AddTo(CLI::App& command);
  bool Empty() const { return id.empty() && route.empty(); }
  v1::RolloutRef ToProto() const;
};

// What every change takes.
struct ChangeFlags {
  std::string reason;
  bool dry_run = false;
  bool override_verdict = false;
  std::optional<std::uint64_t> if_generation;

  // `reason_required`: the command line is refused without --reason.
  void AddTo(CLI::App& command, bool reason_required);
  // --override and --if-generation, for commands about one rollout.
  void AddRolloutFlagsTo(CLI::App& command);
  v1::CommandOptions ToProto(const Session& session) const;
};

}  // namespace understudy
