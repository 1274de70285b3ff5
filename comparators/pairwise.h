// Two batches of vectors of different models held against each other: by how alike the vectors are
// among themselves, as the vectors of one model say nothing about those of another (the idea of
// representational similarity analysis: Kriegeskorte, Mur, Bandettini, Frontiers in Systems
// Neuroscience 2:4, 2008).
//
// Threads: used by one thread, for one pair of answers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "comparators/row_scores.h"

namespace understudy {

class PairwiseSimilarities {
 public:
  // Both answers' vectors at one place, of any length. From the 257th on they are left out.
  void Add(std::span<const double> baseline, std::span<const double> candidate);
  std::size_t size() const { return baseline_.size(); }

  // Where two similarities part most.
  struct Gap {
    std::size_t first = 0;
    std::size_t second = 0;
    double baseline = 0;  // cosines
    double candidate = 0;
  };
  // For each two vectors of a batch the difference of the two answers' cosines, halved. A zero
  // vector has cosine 0 with every other one; where one answer's cosine does not exist (NaN, or
  // vectors of other lengths) it counts 1, where neither does 0. Only as many vectors are looked
  // at, at least two, as need no more than 2^27 products.
  RowScores Compare(Gap& worst) const;

 private:
  std::vector<std::vector<double>> baseline_;  // unit vectors
  std::vector<std::vector<double>> candidate_;
};

}  // namespace understudy
