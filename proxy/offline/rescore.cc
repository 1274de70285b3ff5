// Scores before and after, side by side.
#include "proxy/offline/rescore.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proxy/offline/stored_pair.h"

namespace understudy {
namespace {

constexpr std::string_view kRedacted = "[redacted]";

bool IsRedacted(const RecordedBody& body) {
  return body.text && body.text->find(kRedacted) != std::string::npos;
}

const RecordedScore* StoredScore(const DivergenceRecord& record, const std::string& comparator) {
  for (const RecordedScore& score : record.scores) {
    if (score.compared && score.comparator == comparator) return &score;
  }
  return nullptr;
}

std::optional<double> Mean(double sum, std::uint64_t count) {
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

void AddExample(std::vector<RescoredExample>& examples, RescoredExample example) {
  if (examples.size() < RescoredComparator::kMostExamples) examples.push_back(std::move(example));
}

}  // namespace

Rescorer::Rescorer(std::shared_ptr<const PairScorer> scorer, std::vector<RescoreCheck> checks,
                   const Alphas& alphas)
    : scorer_(std::move(scorer)), checks_(std::move(checks)), alphas_(alphas) {
  for (const std::string& name : scorer_->ComparatorNames()) {
    result_.comparators.emplace_back().name = name;
    sums_.emplace_back().keep_scores =
        std::any_of(checks_.begin(), checks_.end(),
                    [&name](const RescoreCheck& check) { return check.comparator == name; });
  }
}

std::optional<std::string> Rescorer::FirstUnknown(const PairScorer& scorer,
                                                  const std::vector<RescoreCheck>& checks) {
  const std::vector<std::string>& names = scorer.ComparatorNames();
  for (const RescoreCheck& check : checks) {
    if (std::find(names.begin(), names.end(), check.comparator) == names.end()) {
      return check.comparator;
    }
  }
  return std::nullopt;
}

void Rescorer::AddScore(std::size_t index, const ComparatorScore& score,
                        const DivergenceRecord& record) {
  RescoredComparator& comparator = result_.comparators[index];
  if (!score.compared) {
    ++(score.applies ? comparator.uncomparable : comparator.not_applicable);
    return;
  }
  const double after = score.comparison.divergence;
  ++comparator.pairs;
  sums_[index].after += after;
  if (sums_[index].keep_scores) sums_[index].scores.push_back(after);
  const RecordedScore* before = StoredScore(record, comparator.name);
  if (before == nullptr) return;
  ++comparator.before_pairs;
  sums_[index].before += before->divergence;
  if (before->divergence > 0 && after == 0) {
    ++comparator.became_same;
    AddExample(comparator.examples_same, {record.id, before->divergence, after, before->reason});
  } else if (before->divergence == 0 && after > 0) {
    ++comparator.became_different;
    AddExample(comparator.examples_different, {record.id, 0, after, score.comparison.reason});
  }
}

void Rescorer::Add(const DivergenceRecord& record) {
  ++result_.records;
  switch (GapOf(record)) {
    case PairGap::kNone:
      break;
    case PairGap::kNotKept:
      ++result_.not_kept;
      return;
    case PairGap::kCut:
      ++result_.cut;
      return;
    case PairGap::kWithheld:
      ++result_.withheld;
      return;
    case PairGap::kNoAnswer:
      ++result_.no_answer;
      return;
  }
  ++result_.rescored;
  if (!(record.MaxDivergence() > 0)) ++result_.were_same;
  if (IsRedacted(record.baseline) || IsRedacted(record.candidate_answer)) ++result_.redacted;
  const PairScore score = ScorePair(*scorer_, PairOf(record));
  for (std::size_t i = 0; i < score.scores.size(); ++i) AddScore(i, score.scores[i], record);
}

Rescoring Rescorer::Result() const {
  Rescoring result = result_;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    RescoredComparator& comparator = result.comparators[i];
    comparator.mean_before = Mean(sums_[i].before, comparator.before_pairs);
    comparator.mean_after = Mean(sums_[i].after, comparator.pairs);
    for (const RescoreCheck& check : checks_) {
      if (check.comparator != comparator.name) continue;
      result.checks.push_back(
          {check.comparator, ScoresEvidence(sums_[i].scores, check.at_most, alphas_)});
    }
  }
  return result;
}

std::string SampleNote(const Rescoring& rescoring) {
  if (rescoring.rescored == 0) return "No pair could be compared again.";
  if (rescoring.were_same == 0) {
    return "All of these pairs were divergent when they were recorded: they are no sample of all "
           "traffic, and shares, means and verdicts here are of such pairs alone.";
  }
  return fmt::format(
      "{} of these pairs were the same when they were recorded. They are a sample of all traffic "
      "only if capture.mode was sampled or all the whole time; with diff, divergent pairs alone "
      "are kept.",
      rescoring.were_same);
}

}  // namespace understudy
