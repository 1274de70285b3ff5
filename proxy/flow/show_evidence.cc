// From sums to the rows of a report.
#include "proxy/flow/show_evidence.h"

#include "proxy/evidence/segment_summary.h"

namespace understudy {
namespace {

constexpr double kParityAlpha = 0.05;

void ShowSegments(const LedgerShape& shape, const WindowSums& total, CandidateView& view) {
  for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
    for (std::size_t slot = 0; slot < shape.Slots(rule); ++slot) {
      const auto at = total.slots.find(shape.Slot(rule, slot));
      if (at == total.slots.end()) continue;
      for (std::size_t c = 0; c < shape.comparators.size(); ++c) {
        const ScoreSums& scores = at->second.scores[c];
        if (scores.n() == 0) continue;
        view.segments.push_back(
            {shape.SlotName(rule, slot), shape.comparators[c], scores.n(), scores.Mean()});
      }
    }
  }
}

}  // namespace

void ShowSlices(const Ledger& ledger, CandidateView& view) {
  const LedgerShape& shape = ledger.shape();
  const WindowSums total = ledger.Total();
  ShowSegments(shape, total, view);
  view.spreads = SpreadsOf(shape, total);
  view.reversals = SignReversalsOf(shape, total);
  view.parity = ParityOf(shape, total, kParityAlpha);
  for (std::size_t c = 0; c < total.noise.size(); ++c) {
    const NoiseSums& noise = total.noise[c];
    view.noise.push_back(
        {shape.comparators[c], noise.control.n(), noise.control.Mean(), noise.excess.Mean()});
  }
  for (std::size_t i = 0; i < total.values.size(); ++i) {
    const ValueSums& value = total.values[i];
    view.values.push_back({shape.values[i], value.candidate.n(), value.missing,
                           value.incumbent.Mean(), value.candidate.Mean()});
  }
}

}  // namespace understudy
