// A comparator's options read strictly: unknown names, wrong types and impossible values are errors
// that say what is allowed.
//
// Threads: used by one thread while a comparator is built.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"

namespace understudy {

// One option as `comparator describe` shows it.
struct OptionDoc {
  std::string_view name;
  std::string_view type;           // for people: "number >= 0", "list | set | ..."
  std::string_view default_value;  // as JSON, or a word
  std::string_view meaning;
};

class OptionReader {
 public:
  // `json` is an object or empty; every name in it must be one of `known`.
  static absl::StatusOr<std::unique_ptr<OptionReader>> Open(std::string_view comparator,
                                                            std::string_view json,
                                                            std::span<const OptionDoc> known);
  // Each leaves `value` alone when the option is not given.
  absl::Status ReadNonNegative(std::string_view name, double& value) const;  // finite and >= 0
  // A whole number from `low` to `high`.
  absl::Status ReadWhole(std::string_view name, std::uint64_t low, std::uint64_t high,
                         std::uint64_t& value) const;
  absl::Status ReadBool(std::string_view name, bool& value) const;
  // `value` becomes the position of the given word in `words`.
  absl::Status ReadChoice(std::string_view name, std::span<const std::string_view> words,
                          std::size_t& value) const;
  absl::Status ReadStrings(std::string_view name, std::vector<std::string>& value) const;
  std::optional<JsonValue> Find(std::string_view name) const;

  // "comparator json: option \"rtol\" <what>."
  absl::Status Fault(std::string_view option, std::string_view what) const;

 private:
  std::string comparator_;
  std::string json_;
  std::unique_ptr<Document> document_;  // null when no options are given
};

}  // namespace understudy
