// Flags, files and printing of the offline commands.
#include "proxy/cli/evidence_commands.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "proxy/cli/read_file.h"
#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"
#include "proxy/offline/evidence_answer.h"
#include "proxy/offline/score_file.h"
#include "proxy/offline/verify_report.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMostCount = std::uint64_t{1} << 40;
constexpr std::size_t kMostFileMib = 256;

struct Flags {
  std::optional<std::uint64_t> pairs, different;
  std::string at_most, margin, at_most_ratio, share, alpha;
  std::string scores, discordant, errors;
};

// "2%" or "0.02".
std::optional<double> Share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return percent ? value / 100 : value;
}

// "B,C".
std::optional<std::pair<std::uint64_t, std::uint64_t>> TwoCounts(std::string_view text) {
  std::uint64_t first = 0, second = 0;
  const char* const last = text.data() + text.size();
  const auto [comma, fault] = std::from_chars(text.data(), last, first);
  if (fault != std::errc() || comma == last || *comma != ',') return std::nullopt;
  const auto [end, second_fault] = std::from_chars(comma + 1, last, second);
  if (second_fault != std::errc() || end != last) return std::nullopt;
  if (first > kMostCount || second > kMostCount) return std::nullopt;
  return std::pair{first, second};
}

// Reads the flags one by one; the first fault is kept.
class Reader {
 public:
  explicit Reader(const Flags& flags) : flags_(flags) {}

  std::optional<EvidenceAnswer> Answer() {
    const Alphas alphas = ReadAlphas();
    const int kinds = (flags_.different ? 1 : 0) + (flags_.scores.empty() ? 0 : 1) +
                      (flags_.discordant.empty() ? 0 : 1) + (flags_.errors.empty() ? 0 : 1);
    if (kinds != 1) {
      Fault(
          "evidence of what? Give one of: --pairs N --different S --at-most M; --scores FILE "
          "--at-most M; --discordant B,C --pairs N --margin D; --errors A,B --share R "
          "--at-most-ratio Q");
      return std::nullopt;
    }
    const EvidenceAnswer answer = flags_.different             ? OfPairs(alphas)
                                  : !flags_.scores.empty()     ? OfScores(alphas)
                                  : !flags_.discordant.empty() ? OfDiscordant(alphas)
                                                               : OfErrors(alphas);
    if (!fault_.empty()) return std::nullopt;
    return answer;
  }
  const std::string& fault() const { return fault_; }

 private:
  void Fault(std::string sentence) {
    if (fault_.empty()) fault_ = std::move(sentence);
  }

  double Between(const std::string& text, const char* flag, bool with_zero) {
    const auto value = Share(text);
    if (value && *value < 1 && (with_zero ? *value >= 0 : *value > 0)) return *value;
    Fault(fmt::format("{} takes a share {} and below 1, such as 0.02 or 2%{}", flag,
                      with_zero ? "of at least 0" : "above 0",
                      text.empty() ? "" : fmt::format(", not '{}'", OneLine(text))));
    return 0.5;
  }

  Alphas ReadAlphas() {
    Alphas alphas;
    if (flags_.alpha.empty()) return alphas;
    alphas.rollback = alphas.promotion = Between(flags_.alpha, "--alpha", false);
    return alphas;
  }

  std::uint64_t Pairs() {
    if (flags_.pairs && *flags_.pairs <= kMostCount) return *flags_.pairs;
    Fault(flags_.pairs ? "--pairs is at most 2^40" : "--pairs N is missing");
    return 0;
  }

  std::pair<std::uint64_t, std::uint64_t> Counts(const std::string& text, const char* flag) {
    const auto counts = TwoCounts(text);
    if (counts) return *counts;
    Fault(fmt::format("{} takes two whole numbers such as 15,5, not '{}'", flag, OneLine(text)));
    return {0, 0};
  }

  EvidenceAnswer OfPairs(const Alphas& alphas) {
    const std::uint64_t pairs = Pairs();
    if (*flags_.different > pairs) Fault("--different is more than --pairs");
    const double at_most = Between(flags_.at_most, "--at-most", false);
    if (!fault_.empty()) return {};
    return PairsEvidence(pairs, *flags_.different, at_most, alphas);
  }

  EvidenceAnswer OfScores(const Alphas& alphas) {
    const double at_most = Between(flags_.at_most, "--at-most", false);
    std::string fault;
    const auto text = ReadWholeFile(flags_.scores, kMostFileMib, fault);
    if (!text) Fault(std::move(fault));
    if (!fault_.empty()) return {};
    const auto scores = ParseScores(*text, flags_.scores);
    if (!scores.ok()) {
      Fault(std::string(scores.status().message()));
      return {};
    }
    return ScoresEvidence(*scores, at_most, alphas);
  }

  EvidenceAnswer OfDiscordant(const Alphas& alphas) {
    const auto [worse, better] = Counts(flags_.discordant, "--discordant");
    const std::uint64_t pairs = Pairs();
    if (worse + better > pairs) Fault("--discordant counts more than --pairs");
    const double margin = Between(flags_.margin, "--margin", true);
    if (!fault_.empty()) return {};
    return DiscordantEvidence(pairs, worse, better, margin, alphas);
  }

  EvidenceAnswer OfErrors(const Alphas& alphas) {
    const auto [candidate, incumbent] = Counts(flags_.errors, "--errors");
    const double share = Between(flags_.share, "--share", false);
    const auto ratio = Share(flags_.at_most_ratio);
    if (!ratio || !(*ratio > 0 && *ratio <= 1000)) {
      Fault("--at-most-ratio takes a number above 0 and up to 1000, such as 1.5");
    }
    if (!fault_.empty()) return {};
    return ErrorsEvidence(candidate, incumbent, share, *ratio, alphas);
  }

  const Flags& flags_;
  std::string fault_;
};

std::string TableOf(const EvidenceAnswer& answer) {
  std::string text = fmt::format(
      "verdict          {}\nmetric           {}\nsamples          {}\nestimate         {:.6g}\n"
      "interval         {:.6g} to {:.6g}\nlimit            {:.6g}\n"
      "log E rollback   {:.6f} of {:.6f}\nlog E promotion  {:.6f} of {:.6f}\n",
      std::string(ToString(answer.verdict)), answer.metric, answer.samples, answer.estimate,
      answer.interval_low, answer.interval_high, answer.limit, answer.log_e_rollback,
      -std::log(answer.alphas.rollback), answer.log_e_promotion,
      -std::log(answer.alphas.promotion));
  if (answer.samples_missing) {
    text +=
        fmt::format("to a verdict     about {} more samples like these\n", *answer.samples_missing);
  }
  return text;
}

ExitCode Evidence(Session& session, const Flags& flags) {
  Reader reader(flags);
  const auto answer = reader.Answer();
  if (!answer) return session.Usage(reader.fault());
  const std::string json = EvidenceJson(*answer);
  session.console.out << (session.output == OutputFormat::kJson   ? json
                          : session.output == OutputFormat::kYaml ? YamlFromJson(json)
                                                                  : TableOf(*answer));
  return ExitCode::kYes;
}

ExitCode Verify(Session& session, const std::string& path) {
  std::string fault;
  const auto text = ReadWholeFile(path, kMostFileMib, fault);
  if (!text) return session.Usage(fault);
  const auto verified = VerifyReport(*text);
  if (!verified.ok()) {
    return session.Usage(
        fmt::format("{}: {}", OneLine(path), std::string(verified.status().message())));
  }
  bool same = true;
  for (const VerifiedCandidate& candidate : *verified) {
    const bool differs = !candidate.differences.empty();
    same = same && !differs;
    session.console.out << fmt::format("{}: {}{}\n", candidate.candidate, candidate.verdict,
                                       differs ? " is not what its sums say"
                                       : candidate.has_evidence
                                           ? ", as its sums say"
                                           : ", and the report carries no sums of it");
    for (const std::string& difference : candidate.differences) {
      session.console.out << "  " << difference << "\n";
    }
  }
  if (verified->empty()) session.console.out << "the report has no candidate\n";
  return same ? ExitCode::kYes : ExitCode::kRegression;
}

}  // namespace

void AddEvidenceCommands(CommandTree& tree) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& evidence = tree.AddCommand(tree.root(), "evidence",
                                       "The tests on counts or scores you have, without a server");
  evidence.add_option("--pairs", flags->pairs, "Pairs compared");
  evidence.add_option("--different", flags->different, "Of those, how many differ");
  evidence.add_option("--at-most", flags->at_most, "Margin of the share or the mean score");
  evidence.add_option("--scores", flags->scores, "File of scores from 0 to 1");
  evidence.add_option("--discordant", flags->discordant,
                      "B,C: pairs that are worse, and better, with the candidate");
  evidence.add_option("--margin", flags->margin, "Margin of worse less better, as share of pairs");
  evidence.add_option("--errors", flags->errors,
                      "A,B: errors of the candidate, and of the incumbent, of what they served");
  evidence.add_option("--share", flags->share, "The candidate's share of the requests");
  evidence.add_option("--at-most-ratio", flags->at_most_ratio,
                      "Margin of the candidate's error rate, as multiple of the incumbent's");
  evidence.add_option("--alpha", flags->alpha,
                      "How often a verdict may be wrong (default 1% for FAIL, 5% for PASS)");
  tree.Bind(evidence, [flags](Session& session) { return Evidence(session, *flags); });

  const auto report = std::make_shared<std::string>();
  CLI::App& verify = tree.AddCommand(
      tree.root(), "verify",
      "Concludes a stored report's verdicts again from its own sums; exits 1 if they differ");
  verify.add_option("--report", *report, "A report as JSON")->required();
  tree.Bind(verify, [report](Session& session) { return Verify(session, *report); });
}

}  // namespace understudy
