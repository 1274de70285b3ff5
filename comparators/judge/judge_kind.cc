// Options to a judge.
#include "comparators/judge/judge_kind.h"

#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/judge/http_judge.h"
#include "comparators/judge/judge_comparator.h"
#include "comparators/judge/service_judge.h"
#include "comparators/judge/token_file.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

absl::Status Fault(std::string_view option, std::string_view what) {
  return absl::InvalidArgumentError(
      fmt::format("comparator judge: option \"{}\": {}", option, what));
}

std::uint64_t IdentityOf(const ComparatorDescription& service) {
  Fingerprint hash;
  hash.Add(service.name);
  hash.Add(service.version);
  return hash.value();
}

}  // namespace

JudgeKind::JudgeKind(std::shared_ptr<const HttpClient> client,
                     std::shared_ptr<const Services> services, bool reads_files)
    : client_(std::move(client)),
      services_(std::move(services)),
      reads_files_(reads_files),
      description_{.name = "judge",
                   .summary =
                       "what a model or person outside says of two answers: how far apart "
                       "they are, or which is better",
                   .origin = "built in",
                   .version = 1,
                   .options = JudgeOptionDocs()} {}

absl::StatusOr<BuiltComparator> JudgeKind::Build(std::string_view options_json) const {
  auto options = ReadJudgeOptions(options_json);
  if (!options.ok()) return options.status();
  if (absl::Status status = CheckTogether(*options, options_json); !status.ok()) return status;
  if (!options->endpoint) return BuildService(*std::move(options));
  if (reads_files_ && !options->token_file.empty()) {
    const auto token = ReadTokenFile(options->token_file);
    if (!token.ok()) return Fault("token_file", std::string(token.status().message()));
  }
  BuiltComparator built;
  built.needs = ComparatorNeeds::kDocument;
  built.same_bytes_are_equal = true;
  built.waits = true;
  built.share = options->share;
  auto source = std::make_unique<HttpJudge>(client_, *options);
  built.comparator = std::make_unique<JudgeComparator>(*std::move(options), std::move(source));
  return built;
}

absl::StatusOr<BuiltComparator> JudgeKind::BuildService(JudgeOptions options) const {
  std::vector<std::string_view> names;
  for (const auto& service : *services_) {
    names.push_back(service->Describe().name);
    if (names.back() != options.service) continue;
    auto built = service->Build(options.service_options_json);
    if (!built.ok()) return Fault("options", std::string(built.status().message()));
    built->share = options.share;
    built->depends_on = IdentityOf(service->Describe());
    auto source = std::make_unique<ServiceJudge>(std::move(built->comparator));
    built->comparator = std::make_unique<JudgeComparator>(std::move(options), std::move(source));
    built->same_bytes_are_equal = true;
    return built;
  }
  return Fault("service", fmt::format("there is no comparator service \"{}\".{}", options.service,
                                      names.empty() ? " The configuration has none."
                                                    : Suggestion(options.service, names)));
}

std::vector<OptionFault> JudgeKind::OptionFaults(std::string_view options_json) const {
  std::vector<OptionFault> faults =
      CheckEachOption(options_json, JudgeOptionDocs(),
                      [](std::string_view one) { return ReadJudgeOptions(one).status(); });
  if (!faults.empty()) return faults;
  const absl::Status whole = Build(options_json).status();
  for (const std::string_view option : {"service", "options", "token_file"}) {
    const std::string begin = fmt::format("comparator judge: option \"{}\"", option);
    if (whole.message().substr(0, begin.size()) == absl::string_view(begin)) {
      faults.push_back({std::string(option), std::string(whole.message())});
    }
  }
  return faults;
}

}  // namespace understudy
