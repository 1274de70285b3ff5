// Headers, JSON values, and bands of size and length.
#include "proxy/flow/segments.h"

#include <algorithm>

#include "proxy/routing/json_text.h"

namespace understudy {
namespace {

std::uint16_t SlotOfValue(const SegmentRule& rule, std::string_view value) {
  const auto at = std::find(rule.values.begin(), rule.values.end(), value);
  return static_cast<std::uint16_t>(at - rule.values.begin());  // none of them: "other"
}

std::uint16_t SlotOfHeader(const SegmentRule& rule, const RequestHead& head) {
  const HeaderField* field = FindField(head.fields, rule.key);
  return field == nullptr ? UnknownSlot(rule) : SlotOfValue(rule, field->value);
}

// Bands are named by the edges between them: the first is below the first edge.
std::uint16_t SlotOfAmount(const SegmentRule& rule, std::uint64_t amount) {
  const auto above = std::upper_bound(rule.edges.begin(), rule.edges.end(), amount);
  return static_cast<std::uint16_t>(above - rule.edges.begin());
}

bool IsString(std::string_view json) { return json.size() >= 2 && json.front() == '"'; }

// Of a JSON string: what stands between its quotes.
std::string_view Inside(std::string_view json) {
  return IsString(json) ? json.substr(1, json.size() - 2) : json;
}

// Of UTF-8; an escape counts as it is written.
std::uint64_t Characters(std::string_view text) {
  return static_cast<std::uint64_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  }));
}

std::uint16_t SlotOf(const SegmentRule& rule, const RequestHead& head,
                     const std::function<std::string_view()>& body,
                     const std::function<std::string_view()>& json) {
  if (rule.source == SegmentSource::kHeader) return SlotOfHeader(rule, head);
  if (rule.source == SegmentSource::kBodySize) return SlotOfAmount(rule, body().size());
  const auto value = FindJsonValue(json(), rule.key);
  if (!value || *value == "null") return UnknownSlot(rule);
  if (rule.source == SegmentSource::kJson) return SlotOfValue(rule, Inside(*value));
  return IsString(*value) ? SlotOfAmount(rule, Characters(Inside(*value))) : UnknownSlot(rule);
}

}  // namespace

std::string SlotName(const SegmentRule& rule, std::uint16_t slot) {
  if (slot < rule.values.size()) return rule.name + "=" + rule.values[slot];
  return rule.name + (slot == OtherSlot(rule) ? "=other" : "=unknown");
}

std::vector<std::uint16_t> SegmentsOf(const std::vector<SegmentRule>& rules,
                                      const RequestHead& head,
                                      const std::function<std::string_view()>& body,
                                      const std::function<std::string_view()>& json) {
  std::vector<std::uint16_t> slots;
  slots.reserve(rules.size());
  for (const SegmentRule& rule : rules) slots.push_back(SlotOf(rule, head, body, json));
  return slots;
}

bool AnyReadsJson(const std::vector<SegmentRule>& rules) {
  return std::any_of(rules.begin(), rules.end(), [](const SegmentRule& rule) {
    return rule.source == SegmentSource::kJson || rule.source == SegmentSource::kTextLength;
  });
}

void ForEachHeaderSlot(const std::vector<SegmentRule>& rules, const RequestHead& head,
                       const std::function<void(std::size_t slot)>& visit) {
  std::size_t first = 0;
  for (const SegmentRule& rule : rules) {
    if (rule.source == SegmentSource::kHeader) visit(first + SlotOfHeader(rule, head));
    first += rule.values.size() + 2;
  }
}

}  // namespace understudy
