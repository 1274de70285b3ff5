// Notes on rules that were meant to go.
#include "proxy/control/config_notes.h"

#include <fmt/format.h>

#include "proxy/control/config_fault.h"

namespace understudy {

std::vector<std::string> ExpiryNotes(const Topology& topology, WallTime now) {
  std::vector<std::string> notes;
  std::size_t left_out = 0;
  for (const Route& route : topology.routes) {
    for (const IgnoreRule& rule : route.compare.ignore) {
      if (!HasExpired(rule.expires, now)) continue;
      if (notes.size() + 1 >= kMostNotes) {
        ++left_out;
        continue;
      }
      notes.push_back(
          fmt::format("note: route {}: the ignore rule {} expired on {} and still applies; ask {} "
                      "whether it is "
                      "needed, then remove it or give it a later day",
                      route.name, Quoted(rule.path), rule.expires,
                      rule.owner.empty() ? "around" : Quoted(rule.owner)));
    }
  }
  if (left_out > 0)
    notes.push_back(fmt::format("note: {} more ignore rules have expired", left_out));
  return notes;
}

}  // namespace understudy
