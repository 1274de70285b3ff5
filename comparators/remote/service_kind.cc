// Meeting a service, and asking it about options once.
#include "comparators/remote/service_kind.h"

#include <algorithm>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/remote/service_comparator.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr int kMaxOptions = 64;
constexpr int kMaxFaults = 16;
constexpr std::size_t kMaxJudged = 1024;  // sets of options that are remembered
constexpr std::size_t kUsualMessageBytes = 4u << 20;
constexpr std::size_t kMaxMessageBytes = 64u << 20;

std::string OneLine(const std::string& text, std::size_t max_bytes = kMaxShownText) {
  std::string line = ShownText(text, max_bytes);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return line;
}

absl::StatusOr<v1::DescribeComparatorResponse> AskAt(const std::string& address,
                                                     const std::string& options_json) {
  const auto stub = v1::ComparatorService::NewStub(OpenServiceChannel(address));
  grpc::ClientContext context;
  return AskWhoItIs(*stub, options_json, kDescribePatience, context);
}

// What is wrong with how it describes itself; empty when nothing is.
std::string FlawOf(const v1::DescribeComparatorResponse& description) {
  if (description.options_size() > kMaxOptions) {
    return fmt::format("documents {} options; at most {} are allowed", description.options_size(),
                       kMaxOptions);
  }
  for (const v1::ComparatorOption& option : description.options()) {
    if (IsComparatorName(option.name())) continue;
    return fmt::format(
        "names an option \"{}\"; a name has 1 to 64 letters, digits, '-', '_' or '.', and begins "
        "with a letter or digit",
        OneLine(option.name(), 64));
  }
  return "";
}

std::uint32_t VersionOf(const std::string& identity) {
  Fingerprint hash;
  hash.Add(identity);
  return static_cast<std::uint32_t>(hash.value() ^ (hash.value() >> 32));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ServiceKind>> ServiceKind::Meet(
    std::shared_ptr<ServiceConnection> connection) {
  const ServiceRule& rule = connection->rule();
  const auto description = AskAt(rule.address, "");
  if (!description.ok()) {
    return absl::FailedPreconditionError(fmt::format(
        "the comparator service \"{}\" at {} did not say who it is: {}; start it first, mend the "
        "address, or take it out of 'comparator_services' and of the routes that use it",
        rule.name, rule.address, std::string(description.status().message())));
  }
  if (const std::string flaw = FlawOf(*description); !flaw.empty()) {
    return absl::FailedPreconditionError(
        fmt::format("the comparator service \"{}\" at {} {}", rule.name, rule.address, flaw));
  }
  return std::shared_ptr<const ServiceKind>(new ServiceKind(std::move(connection), *description));
}

ServiceKind::ServiceKind(std::shared_ptr<ServiceConnection> connection,
                         const v1::DescribeComparatorResponse& description)
    : connection_(std::move(connection)),
      identity_(IdentityOf(description)),
      name_(connection_->rule().name),
      summary_(OneLine(description.summary())),
      origin_(fmt::format("of the service at {}", connection_->rule().address)),
      same_bytes_are_equal_(description.same_bytes_are_equal()),
      max_bytes_(description.max_message_bytes() == 0
                     ? kUsualMessageBytes
                     : std::min<std::uint64_t>(description.max_message_bytes(), kMaxMessageBytes)) {
  texts_.reserve(4 * static_cast<std::size_t>(description.options_size()));  // views stay valid
  const auto keep = [this](const std::string& text) -> std::string_view {
    return texts_.emplace_back(OneLine(text));
  };
  for (const v1::ComparatorOption& option : description.options()) {
    options_.push_back({keep(option.name()), keep(option.type()), keep(option.default_value()),
                        keep(option.meaning())});
  }
  description_ = {name_,   summary_, ComparatorWay::kService, origin_, VersionOf(identity_),
                  options_};
}

absl::StatusOr<BuiltComparator> ServiceKind::Build(std::string_view options_json) const {
  const auto reader = OptionReader::Open(name_, options_json, options_);
  if (!reader.ok()) return reader.status();
  const auto faults = Judge(std::string(options_json));
  if (!faults.ok()) return faults.status();
  if (!faults->empty()) {
    std::string message;
    for (const OptionFault& fault : *faults) {
      message += (message.empty() ? "" : "; ") + fault.message;
    }
    return absl::InvalidArgumentError(message);
  }
  BuiltComparator built;
  built.comparator = std::make_unique<ServiceComparator>(connection_, identity_,
                                                         std::string(options_json), max_bytes_);
  built.needs = ComparatorNeeds::kBody;
  built.same_bytes_are_equal = same_bytes_are_equal_;
  built.waits = true;
  return built;
}

std::vector<OptionFault> ServiceKind::OptionFaults(std::string_view options_json) const {
  // Names that are not documented are found without asking the service.
  std::vector<OptionFault> unknown = CheckEachOption(
      options_json, options_,
      [this](std::string_view one) { return OptionReader::Open(name_, one, options_).status(); });
  if (!unknown.empty()) return unknown;
  auto faults = Judge(std::string(options_json));
  return faults.ok() ? *std::move(faults) : Faults();
}

absl::StatusOr<ServiceKind::Faults> ServiceKind::Judge(const std::string& options_json) const {
  {
    std::lock_guard lock(mutex_);
    const auto known = judged_.find(options_json);
    if (known != judged_.end()) return known->second;
    const auto silent_for = std::chrono::steady_clock::now() - silent_since_;
    if (!silence_.ok() && silent_for < kDescribePatience) return silence_;
  }
  auto faults = AskAbout(options_json);
  std::lock_guard lock(mutex_);
  if (faults.ok()) {
    if (judged_.size() >= kMaxJudged) judged_.clear();
    judged_.emplace(options_json, *faults);
  } else {
    silence_ = faults.status();
    silent_since_ = std::chrono::steady_clock::now();
  }
  return faults;
}

absl::StatusOr<ServiceKind::Faults> ServiceKind::AskAbout(const std::string& options_json) const {
  const ServiceRule& rule = connection_->rule();
  const auto description = AskAt(rule.address, options_json);
  if (!description.ok()) {
    return absl::UnavailableError(
        fmt::format("the comparator service \"{}\" at {} does not say whether it takes the "
                    "options: {}",
                    rule.name, rule.address, std::string(description.status().message())));
  }
  Faults faults;
  for (const v1::RefusedOption& refused : description->refused()) {
    if (static_cast<int>(faults.size()) >= kMaxFaults) break;
    const std::string option = OneLine(refused.option(), 64);
    const std::string what = refused.message().empty() ? "is refused" : OneLine(refused.message());
    faults.push_back(
        {option, option.empty()
                     ? fmt::format("comparator {}: the options: {}", name_, what)
                     : fmt::format("comparator {}: option \"{}\" {}", name_, option, what)});
  }
  return faults;
}

}  // namespace understudy
