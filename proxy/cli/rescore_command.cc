// Flags into a walk over records, and what it finds onto the console.
#include "proxy/cli/rescore_command.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "proxy/cli/format.h"
#include "proxy/cli/render_rescoring.h"
#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"
#include "proxy/offline/compare_file.h"
#include "proxy/offline/stored_records.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMostRecords = 1'000'000;
constexpr std::size_t kMostChecks = 64;

struct Flags {
  std::string records, compare, route, candidate;
  std::vector<std::string> libraries, checks;
  std::uint64_t most = 100'000;
};

// "top1=2%" as a check.
std::optional<RescoreCheck> CheckOf(const std::string& text) {
  const std::size_t equals = text.rfind('=');
  std::uint32_t ppm = 0;
  if (equals == std::string::npos || equals == 0 || !ParseWeight(text.substr(equals + 1), ppm) ||
      ppm == 0 || ppm >= 1'000'000) {
    return std::nullopt;
  }
  return RescoreCheck{text.substr(0, equals), static_cast<double>(ppm) / 1e6};
}

ExitCode Print(Session& session, const Rescoring& rescoring) {
  const std::string json = RescoringJson(rescoring);
  session.console.out << (session.output == OutputFormat::kJson ? json
                          : session.output == OutputFormat::kYaml
                              ? YamlFromJson(json)
                              : RenderRescoring(rescoring, session.paint()));
  return rescoring.rescored > 0 ? ExitCode::kYes : ExitCode::kInconclusive;
}

ExitCode Rescore(Session& session, const Flags& flags) {
  if (flags.checks.size() > kMostChecks) {
    return session.Usage(fmt::format("--at-most may be given {} times", kMostChecks));
  }
  std::vector<RescoreCheck> checks;
  for (const std::string& text : flags.checks) {
    const std::optional<RescoreCheck> check = CheckOf(text);
    if (!check) {
      return session.Usage(fmt::format(
          "--at-most takes COMPARATOR=SHARE, a share above 0 and below 1 such as top1=2%, not '{}'",
          OneLine(text)));
    }
    checks.push_back(*check);
  }
  const CompareReading rules = ReadCompareFile(flags.compare, flags.route, flags.libraries);
  for (const std::string& fault : rules.faults) session.console.err << OneLine(fault) << "\n";
  if (rules.scorer == nullptr) return ExitCode::kUsage;
  if (const auto unknown = Rescorer::FirstUnknown(*rules.scorer, checks)) {
    return session.Usage(fmt::format("--at-most: these rules have no comparator '{}', but {}",
                                     OneLine(*unknown),
                                     fmt::join(rules.scorer->ComparatorNames(), ", ")));
  }
  Rescorer rescorer(rules.scorer, std::move(checks), Alphas());
  RecordWalk walk;
  walk.path = flags.records;
  walk.route = flags.route;
  walk.candidate = flags.candidate;
  walk.most = flags.most;
  walk.stopped = [&session] { return session.interrupt.Raised(); };
  const auto end = WalkRecords(walk, [&](const DivergenceRecord& record) { rescorer.Add(record); });
  if (session.interrupt.Raised()) return ExitCode::kInterrupted;
  if (!end.ok()) {
    const auto message = end.status().message();
    return session.Usage(OneLine({message.data(), message.size()}));
  }
  if (end->unreadable > 0) {
    session.console.err << fmt::format("{} lines are no records and were passed over\n",
                                       end->unreadable);
  }
  if (end->more) {
    session.console.err << fmt::format("there are more than {} records; see --max-records\n",
                                       flags.most);
  }
  return Print(session, rescorer.Result());
}

}  // namespace

void AddRescoreCommand(CommandTree& tree) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(
      tree.root(), "rescore",
      "Compares stored pairs again by other rules; asks no server. Exits 3 when none could be");
  command
      .add_option("--records", flags->records,
                  "A server's folder of divergence records, or a file of them")
      ->required();
  command
      .add_option("--compare", flags->compare,
                  "File with the rules: a 'compare' block, or a configuration")
      ->required();
  command.add_option("--route", flags->route,
                     "Only records of this route; of a configuration, the rules of this one");
  command.add_option("--candidate", flags->candidate, "Only records of this candidate cluster");
  command.add_option("--at-most", flags->checks,
                     "COMPARATOR=SHARE: what a check would say of these pairs; may be repeated");
  command.add_option("--max-records", flags->most, "At most so many records (default 100000)")
      ->check(CLI::Range(std::uint64_t{1}, kMostRecords));
  command.add_option("--plugin", flags->libraries,
                     "A shared library with a comparator, which is loaded; may be repeated");
  tree.Bind(command, [flags](Session& session) { return Rescore(session, *flags); });
}

}  // namespace understudy
