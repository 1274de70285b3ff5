// Whether a pair is among those that a comparator with a share below 1 is asked about: by a stable
// hash of the request and the incumbent's answer, so that the same pair gives the same word again,
// a pair and its control are both in or both out, and what the candidate says has no part in it.
// Comparators of the same share are asked about the same pairs.
//
// Threads: used by one thread, for one pair. Borrows the pair.
#pragma once

#include <cstdint>

#include "comparators/fingerprint.h"
#include "comparators/scorer.h"

namespace understudy {

// The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): every bit of the input moves
// every bit of the result.
inline std::uint64_t MixedBits(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

class PairSample {
 public:
  explicit PairSample(const RawPair& pair) : pair_(pair) {}

  // `share` is in (0,1]; the pair is not looked at for a share of 1.
  bool Has(double share) {
    if (share >= 1) return true;
    if (draw_ < 0) draw_ = Draw();
    return draw_ < share;
  }

 private:
  // In [0,1).
  double Draw() const {
    Fingerprint hash;
    hash.Add(pair_.request_body ? pair_.request_body() : std::string_view());
    hash.Add(static_cast<std::uint64_t>(pair_.baseline.status));
    hash.Add(pair_.baseline.body);
    return static_cast<double>(MixedBits(hash.value()) >> 11) * 0x1p-53;
  }

  const RawPair& pair_;
  double draw_ = -1;  // not made yet
};

}  // namespace understudy
