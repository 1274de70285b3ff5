// Keeping and listing.
#include "proxy/server/recent_divergences.h"

#include <fmt/format.h>

#include <charconv>

#include "proxy/base/status.h"
#include "proxy/control/records_capture.h"

namespace understudy {

bool RecentDivergences::Offer(DivergenceRecord record, const PairBodies& bodies,
                              const CaptureRules& rules) {
  ApplyCapture(record, bodies, rules);
  std::lock_guard lock(mutex_);
  records_.push_back(std::move(record));
  if (records_.size() > kMost) records_.pop_front();
  return true;
}

absl::StatusOr<DivergenceListing> RecentDivergences::List(const DivergenceFilter& filter) {
  std::size_t skip = 0;
  if (!filter.page_token.empty()) {
    const char* end = filter.page_token.data() + filter.page_token.size();
    const auto parsed = std::from_chars(filter.page_token.data(), end, skip);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return InvalidArgument("the page token is none that a listing gave");
    }
  }
  DivergenceListing listing;
  std::size_t matching = 0;
  std::lock_guard lock(mutex_);
  for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
    if (!filter.route.empty() && record->route != filter.route) continue;
    if (!filter.candidate.empty() && record->candidate != filter.candidate) continue;
    if (record->MaxDivergence() < filter.min_divergence) continue;
    if (matching++ < skip) continue;
    if (listing.records.size() == filter.limit) {
      listing.next_page_token = std::to_string(skip + filter.limit);
      break;
    }
    listing.records.push_back(*record);
  }
  return listing;
}

absl::StatusOr<DivergenceRecord> RecentDivergences::Find(std::string_view id) {
  std::lock_guard lock(mutex_);
  for (const DivergenceRecord& record : records_) {
    if (record.id == id) return record;
  }
  return NotFound(fmt::format("no divergence {} is kept (the newest {} are)", id, kMost));
}

}  // namespace understudy
