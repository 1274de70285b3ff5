// Classification strings as Triton's classification extension writes them: "value:index[:label]".
// Pure, safe on any thread.
#pragma once

#include <optional>
#include <string_view>

namespace understudy {

struct Classification {
  double value = 0;
  std::string_view name;  // the label, or the index where there is none; never empty
};

// Nothing when `text` is no such string. A label may hold colons: only the first two count.
std::optional<Classification> ReadClassification(std::string_view text);

}  // namespace understudy
