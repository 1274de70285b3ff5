// From a pair to a judgement that counts.
#include "comparators/judge/judge_comparator.h"

#include <chrono>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/pair_sample.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// Lengths keep texts apart that would read the same when put together.
std::string KeyOf(const JudgeQuestion& question) {
  return fmt::format("{} {} {}{}{}", question.request.size(), question.incumbent.size(),
                     question.request, question.incumbent, question.candidate);
}

bool CandidateFirst(const std::string& key) {
  Fingerprint hash;
  hash.Add(key);
  return (MixedBits(hash.value()) >> 63) == 1;
}

Comparison MeanOf(Comparison one, const Comparison& other) {
  const double mean = (one.divergence + other.divergence) / 2;
  if (other.divergence > one.divergence) one = other;
  one.divergence = mean;
  return one;
}

}  // namespace

JudgeComparator::JudgeComparator(JudgeOptions options, std::unique_ptr<const JudgeSource> source)
    : options_(std::move(options)),
      source_(std::move(source)),
      budget_(options_.per_minute, options_.in_flight),
      cache_(options_.cache) {}

absl::StatusOr<Comparison> JudgeComparator::Compare(const Pair& pair) const {
  auto question = QuestionOf(pair, options_.paths, options_.request_paths);
  if (!question.ok()) return question.status();
  if (question->decided) return *std::move(question->decided);
  if (question->incumbent == question->candidate) return Comparison();
  std::string key = KeyOf(*question);
  if (std::optional<Comparison> known = cache_.Find(key)) return *std::move(known);
  auto comparison = AskBudgeted(pair, *question, CandidateFirst(key));
  if (comparison.ok()) cache_.Keep(std::move(key), *comparison);
  return comparison;
}

absl::StatusOr<Comparison> JudgeComparator::AskBudgeted(const Pair& pair,
                                                        const JudgeQuestion& question,
                                                        bool candidate_first) const {
  const absl::Status room =
      budget_.Enter(options_.both_orders ? 2 : 1, std::chrono::steady_clock::now());
  if (!room.ok()) return room;
  const struct Leaver {
    JudgeBudget& budget;
    ~Leaver() { budget.Leave(); }
  } leaver{budget_};
  auto comparison = AskOnce(pair, question, candidate_first);
  if (!options_.both_orders || !comparison.ok()) return comparison;
  const auto other = AskOnce(pair, question, !candidate_first);
  if (!other.ok()) return other.status();
  return MeanOf(*std::move(comparison), *other);
}

// A reason speaks of a first and a second answer, so it needs saying which was whose.
absl::StatusOr<Comparison> JudgeComparator::AskOnce(const Pair& pair, const JudgeQuestion& question,
                                                    bool candidate_first) const {
  auto comparison = source_->Ask(pair, question, candidate_first);
  if (!comparison.ok() || comparison->divergence == 0) return comparison;
  const std::string said =
      comparison->reason.empty() ? "the judge gave no reason" : std::move(comparison->reason);
  comparison->reason =
      ShownText(fmt::format("{} (first: the {}'s)", ShownText(said, kMaxShownText - 32),
                            candidate_first ? "candidate" : "incumbent"));
  return comparison;
}

}  // namespace understudy
