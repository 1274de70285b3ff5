// What comparators there are and what each can be told, as values for `understudyctl comparator`.
//
// Threads: any. Ownership: plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace understudy {

struct OptionInfo {
  std::string name;
  std::string type;           // for people
  std::string default_value;  // as JSON, or a word
  std::string meaning;
};

struct ComparatorInfo {
  std::string name;
  std::string summary;  // one line: what its score is
  std::string way;      // "builtin", "library" or "service"
  std::string origin;   // for people: "built in", or of which library
  std::uint32_t version = 0;
  std::vector<OptionInfo> options;
};

// In the order they are shown; `libraries` as in registry_with.h, and its errors.
absl::StatusOr<std::vector<ComparatorInfo>> ListComparators(
    const std::vector<std::string>& libraries);

// NOT_FOUND names the nearest one.
absl::StatusOr<ComparatorInfo> DescribeComparator(const std::string& name,
                                                  const std::vector<std::string>& libraries);

// {"comparators": [...]} without options, and one comparator with them.
std::string ComparatorsJson(const std::vector<ComparatorInfo>& comparators);
std::string ComparatorJson(const ComparatorInfo& comparator);

}  // namespace understudy
