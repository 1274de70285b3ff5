// understudyctl simulate: flags into a simulation, and its result onto the console.
#include "proxy/cli/simulate_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "proxy/cli/format.h"
#include "proxy/cli/render_simulation.h"
#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"
#include "proxy/offline/plan_file.h"
#include "proxy/offline/simulate.h"
#include "proxy/offline/simulation_json.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMostRuns = 1'000'000;
constexpr double kLeastPairsPerSecond = 1e-3;
constexpr double kMostPairsPerSecond = 1e6;

struct Flags {
  std::string file, plan_name;
  std::string true_rate, noise = "0", error_rate = "0", control_rate;
  std::string max_time = "7d";
  double pairs_per_second = 100;
  std::uint64_t runs = 200;
  std::uint64_t seed = 1;
};

// CLI11's way: what is wrong, or nothing.
std::string CheckShare(const std::string& text) {
  std::uint32_t ppm = 0;
  if (ParseWeight(text, ppm)) return "";
  return fmt::format("'{}' is no share such as 2% or 0.02 (0% to 100% in steps of 0.0001%)",
                     OneLine(text));
}

std::string CheckTime(const std::string& text) {
  std::int64_t milliseconds = 0;
  if (ParseDuration(text, milliseconds) && milliseconds > 0) return "";
  return fmt::format("'{}' is no duration such as 1h, 12h or 7d (at most 30d)", OneLine(text));
}

double ShareOf(const std::string& text) {
  std::uint32_t ppm = 0;
  ParseWeight(text, ppm);
  return static_cast<double>(ppm) / 1e6;
}

// The incumbent is asked twice where something depends on it, unless the flag says how often.
double ControlRateOf(const Flags& flags, const RolloutSpec& rollout) {
  if (!flags.control_rate.empty()) return ShareOf(flags.control_rate);
  return rollout.traffic.noise > 0 || rollout.plan.calibration_samples > 0 ? 1 : 0;
}

SimulationSpec SpecOf(const Flags& flags, Plan plan) {
  SimulationSpec spec;
  spec.runs = flags.runs;
  RolloutSpec& rollout = spec.rollout;
  rollout.plan = std::move(plan);
  rollout.seed = flags.seed;
  rollout.traffic.true_rate = ShareOf(flags.true_rate);
  rollout.traffic.noise = ShareOf(flags.noise);
  rollout.traffic.error_rate = ShareOf(flags.error_rate);
  rollout.traffic.control_rate = ControlRateOf(flags, rollout);
  rollout.traffic.pairs_per_second = flags.pairs_per_second;
  std::int64_t milliseconds = 0;
  ParseDuration(flags.max_time, milliseconds);
  rollout.max_time = std::chrono::milliseconds(milliseconds);
  return spec;
}

// The plan; nothing after its faults were printed.
std::optional<Plan> ReadPlan(const Session& session, const Flags& flags) {
  PlanReading reading = ReadPlanFile(flags.file, flags.plan_name);
  for (const std::string& fault : reading.faults) session.console.err << OneLine(fault) << "\n";
  return std::move(reading.plan);
}

ExitCode Run(Session& session, const Flags& flags) {
  std::optional<Plan> plan = ReadPlan(session, flags);
  if (!plan) return ExitCode::kUsage;
  const SimulationSpec spec = SpecOf(flags, *std::move(plan));
  const auto result = Simulate(spec, [&session] { return session.interrupt.Raised(); });
  if (session.interrupt.Raised()) return ExitCode::kInterrupted;
  if (!result.ok()) {
    return session.Usage(
        std::string_view(result.status().message().data(), result.status().message().size()));
  }
  if (session.output == OutputFormat::kTable) {
    session.console.out << RenderSimulation(spec, *result);
    return ExitCode::kYes;
  }
  const std::string json = SimulationJson(spec, *result);
  session.console.out << (session.output == OutputFormat::kYaml ? YamlFromJson(json) : json);
  return ExitCode::kYes;
}

void AddTrafficFlags(CLI::App& command, Flags& flags) {
  command
      .add_option("--true-rate", flags.true_rate,
                  "Share of pairs in which the candidate really differs, such as 2%")
      ->required()
      ->check(CheckShare);
  command
      .add_option("--noise", flags.noise,
                  "Share of pairs in which the incumbent differs from itself (default 0)")
      ->check(CheckShare);
  command
      .add_option("--error-rate", flags.error_rate,
                  "Share of requests that the candidate answers 500 (default 0)")
      ->check(CheckShare);
  command
      .add_option("--control-rate", flags.control_rate,
                  "Share of pairs in which the incumbent is asked twice, so that its own noise is "
                  "known (default: 100% with --noise or a plan that calibrates, else 0)")
      ->check(CheckShare);
  command
      .add_option("--pairs-per-second", flags.pairs_per_second,
                  "Pairs compared in a second (default 100)")
      ->check(CLI::Range(kLeastPairsPerSecond, kMostPairsPerSecond));
}

}  // namespace

void AddSimulateCommand(CommandTree& tree) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      tree.AddCommand(tree.root(), "simulate",
                      "How often and how fast a plan would promote or roll back; asks no server");
  command
      .add_option("--plan", flags->file,
                  "A configuration file, one of plans alone, or the mapping of one plan")
      ->required();
  command.add_option("--plan-name", flags->plan_name,
                     "Which of its plans, or builtin-COMPARATOR (default: the plan 'default', or "
                     "the first)");
  AddTrafficFlags(command, *flags);
  command.add_option("--runs", flags->runs, "Simulated rollouts (default 200)")
      ->check(CheckWholeNumber)
      ->check(CLI::Range(std::uint64_t{1}, kMostRuns));
  command
      .add_option("--seed", flags->seed, "Another seed is other traffic; the same, the same result")
      ->check(CheckWholeNumber);
  command
      .add_option("--max-time", flags->max_time,
                  "Simulated time after which a rollout is undecided (default 7d)")
      ->check(CheckTime);
  tree.Bind(command, [flags](Session& session) { return Run(session, *flags); });
}

}  // namespace understudy
