// Flags into a trial, and its scores onto the console.
#include "proxy/cli/comparator_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "proxy/cli/read_file.h"
#include "proxy/cli/render_comparator.h"
#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"
#include "proxy/offline/stored_records.h"

namespace understudy {
namespace {

constexpr std::size_t kMostBodyMib = 64;

ExitCode Print(Session& session, const std::string& json, const std::string& table) {
  session.console.out << (session.output == OutputFormat::kJson   ? json
                          : session.output == OutputFormat::kYaml ? YamlFromJson(json)
                                                                  : table);
  return ExitCode::kYes;
}

ExitCode Refuse(const Session& session, const absl::Status& status) {
  return session.Usage(OneLine({status.message().data(), status.message().size()}));
}

void AddPluginFlag(CLI::App& command, std::vector<std::string>& libraries) {
  command.add_option("--plugin", libraries,
                     "A shared library with a comparator, which is loaded; may be repeated");
}

struct TryFlags {
  TrialRules rules;
  std::string baseline, candidate, request, content_type, grpc_method;
  std::string record, pair, records;
  std::optional<int> baseline_status, candidate_status;
};

// Which pair: two files, a line of a file, or an id in a folder. The first fault is kept.
class PairReader {
 public:
  explicit PairReader(const TryFlags& flags) : flags_(flags) {}

  std::optional<TrialPair> Read() {
    const bool files = !flags_.baseline.empty() || !flags_.candidate.empty();
    const bool by_id = !flags_.pair.empty() || !flags_.records.empty();
    if ((files ? 1 : 0) + (by_id ? 1 : 0) + (flags_.record.empty() ? 0 : 1) != 1) {
      return Fault(
          "which answers? Give one of: --baseline FILE --candidate FILE; --record FILE[:LINE]; "
          "--pair ID --records FOLDER");
    }
    std::optional<TrialPair> pair = files ? FromFiles() : FromRecord();
    if (!pair) return pair;
    if (!flags_.request.empty() && !Load(flags_.request, pair->request)) return std::nullopt;
    pair->content_type = flags_.content_type;
    if (files) pair->grpc_method = flags_.grpc_method;
    pair->baseline_status = flags_.baseline_status.value_or(pair->baseline_status);
    pair->candidate_status = flags_.candidate_status.value_or(pair->candidate_status);
    return pair;
  }
  const std::string& fault() const { return fault_; }

 private:
  std::optional<TrialPair> Fault(std::string sentence) {
    fault_ = std::move(sentence);
    return std::nullopt;
  }

  bool Load(const std::string& path, std::string& text) {
    std::optional<std::string> read = ReadWholeFile(path, kMostBodyMib, fault_);
    if (read) text = *std::move(read);
    return fault_.empty();
  }

  std::optional<TrialPair> FromFiles() {
    if (flags_.baseline.empty() || flags_.candidate.empty()) {
      return Fault("--baseline and --candidate are given together");
    }
    TrialPair pair;
    if (!Load(flags_.baseline, pair.baseline) || !Load(flags_.candidate, pair.candidate)) {
      return std::nullopt;
    }
    return pair;
  }

  std::optional<TrialPair> FromRecord() {
    if (flags_.record.empty() && (flags_.pair.empty() || flags_.records.empty())) {
      return Fault("--pair and --records are given together");
    }
    const auto record = flags_.record.empty() ? FindRecord(flags_.records, flags_.pair)
                                              : ReadRecordAt(flags_.record);
    const auto pair = record.ok() ? TrialPairOf(*record) : record.status();
    if (pair.ok()) return *pair;
    const auto message = pair.status().message();
    return Fault(OneLine({message.data(), message.size()}));
  }

  const TryFlags& flags_;
  std::string fault_;
};

ExitCode Try(Session& session, const TryFlags& flags) {
  if (flags.rules.use.empty() && flags.rules.preset.empty()) {
    return session.Usage("what to try? Give --use COMPARATOR, --preset PRESET, or both");
  }
  if (flags.rules.use.empty() && !flags.rules.options_json.empty()) {
    return session.Usage("--options are those of the comparator that --use names");
  }
  PairReader reader(flags);
  const std::optional<TrialPair> pair = reader.Read();
  if (!pair) return session.Usage(reader.fault());
  const auto result = TryComparators(flags.rules, *pair);
  if (!result.ok()) return Refuse(session, result.status());
  Print(session, TrialJson(*result), RenderTrial(*result, session.paint()));
  const bool told =
      std::all_of(result->scores.begin(), result->scores.end(),
                  [](const TrialScore& one) { return one.score.compared || !one.applies; });
  return told ? ExitCode::kYes : ExitCode::kInconclusive;
}

void AddTry(CommandTree& tree, CLI::App& group) {
  const auto flags = std::make_shared<TryFlags>();
  CLI::App& command = tree.AddCommand(
      group, "try", "Compares two answers; exits 3 when a comparator cannot tell, else 0");
  command.add_option("--baseline", flags->baseline, "File with the incumbent's answer (its body)");
  command.add_option("--candidate", flags->candidate, "File with the candidate's answer");
  command.add_option("--record", flags->record,
                     "FILE[:LINE]: the answers of a divergence record that kept them");
  command.add_option("--pair", flags->pair, "The same by its id, with --records");
  command.add_option("--records", flags->records, "A server's folder of divergence records");
  command.add_option("--request", flags->request, "File with the request's body");
  command.add_option("--content-type", flags->content_type,
                     "Of both answers (default: a guess that tells streams from other bodies)");
  command.add_option("--grpc-method", flags->grpc_method,
                     "/package.Service/Method: the files are answers to a gRPC call, each framed "
                     "messages or one message alone");
  command.add_option("--descriptor-set", flags->rules.descriptor_sets,
                     "What its messages look like, as protoc --include_imports "
                     "--descriptor_set_out writes it; may be repeated");
  const CLI::Range statuses(100, 599);
  command.add_option("--baseline-status", flags->baseline_status, "The incumbent's HTTP status")
      ->check(statuses);
  command.add_option("--candidate-status", flags->candidate_status, "The candidate's")
      ->check(statuses);
  command.add_option("--use", flags->rules.use, "The comparator");
  command.add_option("--options", flags->rules.options_json, "Its options, as a JSON object");
  command.add_option("--preset", flags->rules.preset,
                     "A protocol: its comparators, or with --use what it ignores and how it reads "
                     "streams");
  command.add_option("--profile", flags->rules.profile,
                     "same-model, quantised or new-model (default same-model)");
  AddPluginFlag(command, flags->rules.libraries);
  tree.Bind(command, [flags](Session& session) { return Try(session, *flags); });
}

}  // namespace

void AddComparatorCommands(CommandTree& tree) {
  CLI::App& group =
      tree.AddGroup("comparator", "What answers can be compared by, without a server");
  const auto libraries = std::make_shared<std::vector<std::string>>();
  CLI::App& list = tree.AddCommand(group, "list", "The comparators there are");
  AddPluginFlag(list, *libraries);
  tree.Bind(list, [libraries](Session& session) {
    const auto infos = ListComparators(*libraries);
    if (!infos.ok()) return Refuse(session, infos.status());
    return Print(session, ComparatorsJson(*infos), RenderComparators(*infos));
  });

  const auto name = std::make_shared<std::string>();
  CLI::App& describe = tree.AddCommand(group, "describe", "One comparator's score and options");
  describe.add_option("name", *name, "A name that 'comparator list' shows")->required();
  AddPluginFlag(describe, *libraries);
  tree.Bind(describe, [libraries, name](Session& session) {
    const auto info = DescribeComparator(*name, *libraries);
    if (!info.ok()) return Refuse(session, info.status());
    return Print(session, ComparatorJson(*info), RenderComparator(*info, session.paint()));
  });
  AddTry(tree, group);
}

}  // namespace understudy
