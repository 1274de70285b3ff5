// The shape of a route's samples: indices of its segment cells, and what may be encoded.
#include <algorithm>

#include "proxy/evidence/ledger.h"

namespace understudy {

std::uint32_t LedgerShape::Cell(std::size_t rule, std::size_t slot, std::size_t comparator) const {
  std::size_t first = 0;
  for (std::size_t i = 0; i < rule; ++i) first += Slots(i);
  return static_cast<std::uint32_t>((first + slot) * comparators.size() + comparator);
}

std::uint64_t LedgerShape::Cells() const {
  std::uint64_t slots = 0;
  for (std::size_t i = 0; i < segment_values.size(); ++i) slots += Slots(i);
  return slots * comparators.size();
}

std::optional<std::size_t> LedgerShape::FindComparator(std::string_view name) const {
  const auto at = std::find(comparators.begin(), comparators.end(), name);
  if (at == comparators.end()) return std::nullopt;
  return static_cast<std::size_t>(at - comparators.begin());
}

bool LedgerShape::Encodable() const {
  return comparators.size() <= 256 && segment_values.size() <= 256 && Cells() <= 1'000'000 &&
         ignore_rules <= 4096 &&
         std::all_of(comparators.begin(), comparators.end(),
                     [](const std::string& name) { return name.size() <= 256; });
}

}  // namespace understudy
