// Comparisons that a judge made, by what it was asked: the ones used last are kept, within a number
// of entries and of bytes. The whole question is the key, so no other pair can be taken for it.
//
// Threads: safe on any thread.
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "comparators/comparator.h"

namespace understudy {

class JudgementCache {
 public:
  static constexpr std::size_t kMaxBytes = 32u << 20;
  explicit JudgementCache(std::size_t entries, std::size_t bytes = kMaxBytes)
      : max_entries_(entries), max_bytes_(bytes) {}

  std::optional<Comparison> Find(const std::string& question);
  void Keep(std::string question, const Comparison& comparison);

 private:
  using Entries = std::list<std::pair<std::string, Comparison>>;
  static std::size_t BytesOf(const Entries::value_type& entry);

  const std::size_t max_entries_;
  const std::size_t max_bytes_;
  std::mutex mutex_;  // guards what follows
  Entries entries_;   // the one used last is first
  absl::flat_hash_map<std::string_view, Entries::iterator> by_question_;
  std::size_t bytes_ = 0;
};

}  // namespace understudy
