// One pass over the slots of each rule.
#include "proxy/evidence/segment_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "proxy/evidence/e_process.h"

namespace understudy {
namespace {

constexpr double kNoChance = 2.995732273553991;  // ln 20

const SlotSums* FindSlot(const LedgerShape& shape, const WindowSums& total, std::size_t rule,
                         std::size_t value) {
  const auto at = total.slots.find(shape.Slot(rule, value));
  return at == total.slots.end() ? nullptr : &at->second;
}

// Differences rounded down and up, and their mean.
struct Differences {
  std::vector<Weighted> down, up;
  double mean = 0;
};

// +1: above 0 beyond chance; -1: below; 0: neither.
int Sign(const Differences& differences) {
  if (LogMeanExp(DifferenceRollbackBets(differences.down, 0)) >= kNoChance) return 1;
  if (LogMeanExp(DifferencePromotionBets(differences.up, 0)) >= kNoChance) return -1;
  return 0;
}

Differences OfErrors(const ErrorSums& errors) {
  const auto ternary = Ternary(errors.pairs, errors.OnlyCandidate(), errors.OnlyIncumbent());
  const std::vector<Weighted> exact(ternary.begin(), ternary.end());
  const double more = static_cast<double>(errors.candidate) - static_cast<double>(errors.incumbent);
  return {exact, exact, errors.pairs == 0 ? 0 : more / static_cast<double>(errors.pairs)};
}

Differences OfExcess(const DifferenceSums& excess) {
  return {excess.Rounded(false), excess.Rounded(true), excess.Mean()};
}

struct Group {
  std::string name;
  DecisionSums decisions;
  double Rate(std::uint64_t yes) const {
    return static_cast<double>(yes) / static_cast<double>(decisions.pairs);
  }
};

std::array<Weighted, 2> Decided(const DecisionSums& decisions) {
  return YesNo(decisions.pairs, decisions.candidate);
}

}  // namespace

std::vector<SegmentSpread> SpreadsOf(const LedgerShape& shape, const WindowSums& total) {
  std::vector<SegmentSpread> spreads;
  for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
    for (std::size_t c = 0; c < shape.comparators.size(); ++c) {
      std::optional<SegmentSpread> spread;
      for (std::size_t value = 0; value < shape.segments[rule].values.size(); ++value) {
        const SlotSums* slot = FindSlot(shape, total, rule, value);
        if (slot == nullptr || slot->scores[c].n() == 0) continue;
        const double mean = slot->scores[c].Mean();
        const std::string name = shape.SlotName(rule, value);
        if (!spread) {
          spread = SegmentSpread{
              shape.segments[rule].name, shape.comparators[c], name, name, mean, mean, 0};
        } else if (mean > spread->worst_mean) {
          spread->worst = name;
          spread->worst_mean = mean;
        } else if (mean < spread->best_mean) {
          spread->best = name;
          spread->best_mean = mean;
        }
      }
      if (!spread) continue;
      spread->spread = spread->worst_mean - spread->best_mean;
      spreads.push_back(*std::move(spread));
    }
  }
  return spreads;
}

std::vector<SignReversal> SignReversalsOf(const LedgerShape& shape, const WindowSums& total) {
  std::vector<SignReversal> reversals;
  struct Whole {
    std::string metric;
    int sign;
    double mean;
  };
  const auto whole = [](std::string metric, const Differences& all) {
    return Whole{std::move(metric), Sign(all), all.mean};
  };
  const Whole errors = whole("error rate", OfErrors(total.errors));
  std::vector<Whole> noise;
  for (std::size_t c = 0; c < total.noise.size(); ++c) {
    noise.push_back(whole(shape.comparators[c] + " beyond the incumbent's own",
                          OfExcess(total.noise[c].excess)));
  }
  const auto look = [&](const Whole& all, const Differences& here, const std::string& segment) {
    if (all.sign == 0 || Sign(here) != -all.sign) return;
    reversals.push_back({segment, all.metric, here.mean, all.mean});
  };
  for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
    for (std::size_t value = 0; value < shape.segments[rule].values.size(); ++value) {
      const SlotSums* slot = FindSlot(shape, total, rule, value);
      if (slot == nullptr) continue;
      const std::string segment = shape.SlotName(rule, value);
      look(errors, OfErrors(slot->errors), segment);
      for (std::size_t c = 0; c < slot->noise.size() && c < noise.size(); ++c) {
        if (noise[c].sign != 0) look(noise[c], OfExcess(slot->noise[c].excess), segment);
      }
    }
  }
  return reversals;
}

std::vector<ParityDifference> ParityOf(const LedgerShape& shape, const WindowSums& total,
                                       double alpha) {
  std::vector<ParityDifference> differences;
  for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
    std::vector<Group> groups;
    for (std::size_t value = 0; value < shape.segments[rule].values.size(); ++value) {
      const SlotSums* slot = FindSlot(shape, total, rule, value);
      if (slot == nullptr || slot->decisions.pairs == 0) continue;
      groups.push_back({shape.SlotName(rule, value), slot->decisions});
    }
    if (groups.size() < 2) continue;
    const auto [lower, higher] =
        std::minmax_element(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
          return a.Rate(a.decisions.candidate) < b.Rate(b.decisions.candidate);
        });
    // Two ends of each group's interval.
    const double threshold = std::log(2 * static_cast<double>(groups.size()) / alpha);
    ParityDifference difference;
    difference.rule = shape.segments[rule].name;
    difference.higher = higher->name;
    difference.lower = lower->name;
    difference.candidate =
        higher->Rate(higher->decisions.candidate) - lower->Rate(lower->decisions.candidate);
    difference.incumbent =
        higher->Rate(higher->decisions.incumbent) - lower->Rate(lower->decisions.incumbent);
    difference.interval_low = LowerEnd(Decided(higher->decisions), threshold) -
                              UpperEnd(Decided(lower->decisions), threshold);
    difference.interval_high = UpperEnd(Decided(higher->decisions), threshold) -
                               LowerEnd(Decided(lower->decisions), threshold);
    difference.pairs = higher->decisions.pairs + lower->decisions.pairs;
    differences.push_back(std::move(difference));
  }
  return differences;
}

}  // namespace understudy
