// The shape of a route's samples: indices of its segment slots, and what may be encoded.
#include <algorithm>

#include "proxy/evidence/ledger.h"

namespace understudy {
namespace {

constexpr std::size_t kLongestName = 256;

std::optional<std::size_t> IndexOf(const std::vector<std::string>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

bool ShortNames(const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(),
                     [](const std::string& name) { return name.size() <= kLongestName; });
}

}  // namespace

std::uint32_t LedgerShape::Slot(std::size_t rule, std::size_t slot) const {
  std::size_t first = 0;
  for (std::size_t i = 0; i < rule; ++i) first += Slots(i);
  return static_cast<std::uint32_t>(first + slot);
}

std::uint64_t LedgerShape::AllSlots() const {
  std::uint64_t slots = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) slots += Slots(i);
  return slots;
}

std::string LedgerShape::SlotName(std::size_t rule, std::size_t slot) const {
  const SegmentShape& shape = segments[rule];
  if (slot < shape.values.size()) return shape.name + "=" + shape.values[slot];
  return shape.name + (slot == shape.values.size() ? "=other" : "=unknown");
}

std::optional<std::size_t> LedgerShape::FindComparator(std::string_view name) const {
  return IndexOf(comparators, name);
}

std::optional<std::size_t> LedgerShape::FindValue(std::string_view name) const {
  return IndexOf(values, name);
}

bool LedgerShape::Encodable() const {
  return comparators.size() <= 256 && values.size() <= 64 && times.size() <= values.size() &&
         segments.size() <= 64 && AllSlots() <= 4096 && ignore_rules <= 4096 &&
         ShortNames(comparators) && ShortNames(values) &&
         std::all_of(segments.begin(), segments.end(), [](const SegmentShape& segment) {
           return segment.name.size() <= kLongestName && ShortNames(segment.values);
         });
}

}  // namespace understudy
