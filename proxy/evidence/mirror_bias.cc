// Bands of size and latency, and segments, each against all others.
#include "proxy/evidence/mirror_bias.h"

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "fmt/format.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

constexpr double kLogEvidence = 6.907755278982137;  // ln 1000
constexpr double kNotable = 2;                      // times as often lost as the others
constexpr double kLeastLoss = 0.01;

struct Kind {
  std::string name;
  std::uint64_t chosen = 0;
  std::uint64_t lost = 0;
};

struct Whole {
  std::uint64_t chosen = 0;
  std::uint64_t lost = 0;
};

// A lost request is one of this kind with a probability that its share of the chosen ones and the
// ratio of the two loss rates fix: the test of two arms' error counts.
bool LostMoreOften(const Kind& kind, const Whole& whole, std::size_t kinds) {
  if (kind.chosen == 0 || kind.chosen >= whole.chosen) return false;
  const ErrorCounts counts{kind.lost, whole.lost - kind.lost,
                           static_cast<double>(kind.chosen) / static_cast<double>(whole.chosen)};
  return LogMeanExp(RatioRollbackBets(std::array{counts}, kNotable)) >=
         kLogEvidence + std::log(static_cast<double>(kinds));
}

std::string SizeName(std::size_t band) {
  static constexpr std::array<const char*, LossCounts::kBands> kNames = {
      "below 256 bytes",     "of 256 bytes to 1 KiB", "of 1 to 4 KiB",
      "of 4 to 16 KiB",      "of 16 to 64 KiB",       "of 64 to 256 KiB",
      "of 256 KiB to 1 MiB", "of 1 to 4 MiB",         "of 4 MiB and more"};
  return fmt::format("requests {}", kNames[band]);
}

std::string LatencyName(std::size_t band) {
  const double from = band == 0 ? 0 : std::pow(4.0, static_cast<double>(band) - 1);
  return fmt::format("requests answered in {:g} ms and more", from);
}

void AddBands(std::vector<Kind>& kinds, const LossCounts::Bands& chosen,
              const LossCounts::Bands& lost, std::string (*name)(std::size_t)) {
  for (std::size_t band = 0; band < chosen.size(); ++band) {
    kinds.push_back({name(band), chosen[band], lost[band]});
  }
}

// Of segment rules only what was counted is known by slot, so the chosen ones are that and the lost
// ones, and each slot is held against the others of its rule.
std::optional<Kind> BiasedSlot(const LedgerShape& shape, const WindowSums& window, std::size_t rule,
                               std::size_t kinds) {
  std::vector<Kind> slots;
  Whole whole;
  for (std::size_t slot = 0; slot < shape.Slots(rule); ++slot) {
    const std::uint32_t index = shape.Slot(rule, slot);
    if (index >= LossCounts::kSlots - 1) return std::nullopt;
    const auto at = window.slots.find(index);
    const std::uint64_t compared = at == window.slots.end() ? 0 : at->second.errors.pairs;
    const std::uint64_t lost = window.coverage.loss.lost_by_slot[index];
    slots.push_back({"requests of " + shape.SlotName(rule, slot), compared + lost, lost});
    whole.chosen += compared + lost;
    whole.lost += lost;
  }
  for (const Kind& kind : slots) {
    if (LostMoreOften(kind, whole, kinds)) return kind;
  }
  return std::nullopt;
}

std::string Sentence(const Kind& kind, const Whole& whole) {
  return fmt::format(
      "{} were lost more than twice as often as others ({} of {}; of all {} of {}): what was "
      "compared is not what is served; give the mirror more memory, time or requests in flight",
      kind.name, WithCommas(kind.lost), WithCommas(kind.chosen), WithCommas(whole.lost),
      WithCommas(whole.chosen));
}

}  // namespace

std::optional<std::string> MirrorBias(const LedgerShape& shape, const WindowSums& window) {
  const LossCounts& loss = window.coverage.loss;
  const auto sum = [](const LossCounts::Bands& bands) {
    return std::accumulate(bands.begin(), bands.end(), std::uint64_t{0});
  };
  const Whole whole{sum(loss.chosen_by_size), sum(loss.lost_by_size)};
  if (static_cast<double>(whole.lost) < kLeastLoss * static_cast<double>(whole.chosen) ||
      whole.lost == 0) {
    return std::nullopt;
  }
  std::vector<Kind> kinds;
  AddBands(kinds, loss.chosen_by_size, loss.lost_by_size, SizeName);
  AddBands(kinds, loss.chosen_by_latency, loss.lost_by_latency, LatencyName);
  const std::size_t looked_at = kinds.size() + shape.AllSlots();
  for (const Kind& kind : kinds) {
    if (kind.lost <= whole.lost && LostMoreOften(kind, whole, looked_at)) {
      return Sentence(kind, whole);
    }
  }
  for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
    if (const auto kind = BiasedSlot(shape, window, rule, looked_at)) {
      return Sentence(*kind, whole);
    }
  }
  return std::nullopt;
}

}  // namespace understudy
