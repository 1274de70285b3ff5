// Stored pairs compared again by other rules: what would have been said of them.
//
// Threads: one owner; borrows the scorer. Memory: bounded by the comparators and, for those that a
// check looks at, eight bytes a pair.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/model/divergence_record.h"
#include "proxy/offline/evidence_answer.h"

namespace understudy {

// A pair whose score moved between 0 and more.
struct RescoredExample {
  std::string id;
  double before = 0;
  double after = 0;
  std::string reason;  // now; of a pair that is the same now, what was said before
};

struct RescoredComparator {
  static constexpr std::size_t kMostExamples = 3;  // each way
  std::string name;
  std::uint64_t pairs = 0;            // that it could compare now
  std::uint64_t uncomparable = 0;     // that it could not
  std::uint64_t not_applicable = 0;   // that it is not for
  std::uint64_t before_pairs = 0;     // of `pairs`, with a stored score by this name
  std::optional<double> mean_before;  // over before_pairs
  std::optional<double> mean_after;   // over pairs
  std::uint64_t became_same = 0;      // of before_pairs
  std::uint64_t became_different = 0;
  std::vector<RescoredExample> examples_same, examples_different;
};

// "The mean score of this comparator is at most so much."
struct RescoreCheck {
  std::string comparator;
  double at_most = 0;  // in (0,1)
};
struct RescoredCheck {
  std::string comparator;
  EvidenceAnswer answer;
};

struct Rescoring {
  std::uint64_t records = 0;
  std::uint64_t rescored = 0;   // whose answers were kept whole
  std::uint64_t were_same = 0;  // of these, in which no comparator saw a difference when recorded
  std::uint64_t redacted = 0;   // of these, with values blotted out, which compare as the same
  // Why the others were not, by PairGap but kNone.
  std::uint64_t not_kept = 0, cut = 0, withheld = 0, no_answer = 0;
  std::vector<RescoredComparator> comparators;
  std::vector<RescoredCheck> checks;
};

class Rescorer {
 public:
  // Checks name comparators of the scorer (KnowsAll() tells).
  Rescorer(std::shared_ptr<const PairScorer> scorer, std::vector<RescoreCheck> checks,
           const Alphas& alphas);
  // The first check's comparator that the scorer does not have, or nothing.
  static std::optional<std::string> FirstUnknown(const PairScorer& scorer,
                                                 const std::vector<RescoreCheck>& checks);

  void Add(const DivergenceRecord& record);
  Rescoring Result() const;

 private:
  struct Sums {
    double before = 0;
    double after = 0;
    bool keep_scores = false;
    std::vector<double> scores;
  };
  void AddScore(std::size_t index, const ComparatorScore& score, const DivergenceRecord& record);

  std::shared_ptr<const PairScorer> scorer_;
  std::vector<RescoreCheck> checks_;
  Alphas alphas_;
  Rescoring result_;
  std::vector<Sums> sums_;
};

// What the pairs are a sample of, in a sentence.
std::string SampleNote(const Rescoring& rescoring);

// One object; keys are only ever added to.
std::string RescoringJson(const Rescoring& rescoring);

}  // namespace understudy
