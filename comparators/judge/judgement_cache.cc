// Last used, last dropped.
#include "comparators/judge/judgement_cache.h"

namespace understudy {

std::size_t JudgementCache::BytesOf(const Entries::value_type& entry) {
  std::size_t bytes = sizeof(entry) + entry.first.size() + entry.second.reason.size();
  for (const Difference& one : entry.second.differences) {
    bytes += sizeof(one) + one.path.size() + one.baseline.size() + one.candidate.size();
  }
  return bytes;
}

std::optional<Comparison> JudgementCache::Find(const std::string& question) {
  std::lock_guard lock(mutex_);
  const auto known = by_question_.find(question);
  if (known == by_question_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, known->second);
  return known->second->second;
}

void JudgementCache::Keep(std::string question, const Comparison& comparison) {
  std::lock_guard lock(mutex_);
  if (max_entries_ == 0 || by_question_.contains(question)) return;
  entries_.emplace_front(std::move(question), comparison);
  by_question_.emplace(entries_.front().first, entries_.begin());
  bytes_ += BytesOf(entries_.front());
  while (entries_.size() > max_entries_ || (bytes_ > max_bytes_ && !entries_.empty())) {
    bytes_ -= BytesOf(entries_.back());
    by_question_.erase(entries_.back().first);
    entries_.pop_back();
  }
}

}  // namespace understudy
