// The options of the `text` comparator. Used by one thread while a comparator is built; immutable
// afterwards.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"
#include "comparators/text_normal.h"

namespace understudy {

enum class TextScore { kExact, kEdit, kTokenF1, kChrf, kRougeL, kLength };

// The word an option and a reason use.
std::string_view NameOf(TextScore score);

// The candidate's length in relation to the incumbent's.
struct LengthBand {
  double low = 0.5;
  double high = 2;
};

struct TextOptions {
  std::vector<PathPattern> paths;  // none: the whole body
  TextRules rules;
  std::vector<TextScore> scores = {TextScore::kEdit};  // none: structure alone
  bool flag_empty = false;
  bool flag_refusal = false;
  bool flag_truncated = false;
  bool flag_invalid_json = false;
  bool expect_json = false;
  std::vector<std::u32string> refusal_phrases;  // as RefusalText()
  std::vector<PathPattern> finish_reason;
  std::optional<LengthBand> length_ratio;
};

std::span<const OptionDoc> TextOptionDocs();

// InvalidArgument says which option is wrong and what is allowed.
absl::StatusOr<TextOptions> ReadTextOptions(std::string_view options_json);

}  // namespace understudy
