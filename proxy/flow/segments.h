// Which slice of the traffic a request belongs to, by each segment rule of its route.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/model/message.h"
#include "proxy/model/topology.h"

namespace understudy {

// The slots of a rule: its values, then "other", then "unknown".
inline std::uint16_t OtherSlot(const SegmentRule& rule) {
  return static_cast<std::uint16_t>(rule.values.size());
}
inline std::uint16_t UnknownSlot(const SegmentRule& rule) {
  return static_cast<std::uint16_t>(rule.values.size() + 1);
}
std::string SlotName(const SegmentRule& rule, std::uint16_t slot);  // "language=de"

// The slot of each rule. `body` gives the request's body, and `json` what it says as JSON; each is
// called when a rule asks for it.
std::vector<std::uint16_t> SegmentsOf(const std::vector<SegmentRule>& rules,
                                      const RequestHead& head,
                                      const std::function<std::string_view()>& body,
                                      const std::function<std::string_view()>& json);
// Whether any rule asks for JSON.
bool AnyReadsJson(const std::vector<SegmentRule>& rules);

// Calls visit(slot counted over all rules) for each rule that the head alone answers.
void ForEachHeaderSlot(const std::vector<SegmentRule>& rules, const RequestHead& head,
                       const std::function<void(std::size_t slot)>& visit);

}  // namespace understudy
