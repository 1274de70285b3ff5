// A field of the items of a list, named by a JSON pointer inside the item: the key of a search
// result, the box of a detection.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "comparators/document.h"
#include "comparators/options.h"

namespace understudy {

class ItemField {
 public:
  // Nothing when the text is no JSON pointer. "" is the item itself.
  static std::optional<ItemField> Parse(std::string_view pointer);

  // What stands there; nothing when it is absent, null or ignored. Linear in the item.
  std::optional<JsonValue> In(JsonValue item) const;

 private:
  std::vector<std::string> segments_;
};

// The fields of a list of pointers; those that are none are left out.
std::vector<ItemField> ItemFields(std::span<const std::string_view> pointers);

// Reads an option that is a pointer; then `fields` holds it alone. InvalidArgument as
// OptionReader::Fault().
absl::Status ReadField(const OptionReader& options, std::string_view name,
                       std::vector<ItemField>& fields);

// A text that is equal for the same string, boolean or number (1 and 1.0 are the same) and differs
// for others; nothing for anything else.
std::optional<std::string> ScalarKey(JsonValue value);

// The elements of an array that no rule ignores.
std::vector<JsonValue> ItemsOf(JsonValue array);

}  // namespace understudy
