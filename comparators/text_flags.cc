// Refusals, cut answers and texts that hold JSON.
#include "comparators/text_flags.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "comparators/text_normal.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 18> kRefusals{
    "I'm sorry, but", "I am sorry, but",  "Sorry, but I",     "I'm sorry, I",    "I am sorry, I",
    "Sorry, I can",   "I apologize, but", "I apologise, but", "I can't",         "I cannot",
    "I can not",      "I'm unable to",    "I am unable to",   "I'm not able to", "I am not able to",
    "I won't",        "I must decline",   "As an AI",
};
constexpr std::array<std::string_view, 3> kTruncated{"length", "max_tokens", "max_output_tokens"};
constexpr std::string_view kFence = "```";
constexpr std::string_view kSpace = " \t\r\n";

bool IsContainer(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  return Document::Parse(text).ok();
}

}  // namespace

std::span<const std::string_view> DefaultRefusalPhrases() { return kRefusals; }

std::u32string RefusalText(std::string_view utf8) {
  std::u32string text = NormalText(utf8, {.fold_case = true, .collapse_space = true});
  std::replace(text.begin(), text.end(), U'\u2019', U'\'');
  return text;
}

bool Refuses(std::u32string_view text, const std::vector<std::u32string>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](const std::u32string& phrase) { return text.starts_with(phrase); });
}

bool HoldsJson(std::string_view text) {
  if (IsContainer(text)) return true;
  const std::size_t fence = text.find(kFence);
  if (fence == std::string_view::npos) return false;
  const std::size_t line = text.find('\n', fence);  // the rest of the fence's line names a language
  if (line == std::string_view::npos) return false;
  const std::size_t end = text.find(kFence, line);
  return end != std::string_view::npos && IsContainer(text.substr(line, end - line));
}

bool SaysTruncated(const Document& document, const std::vector<PathPattern>& paths) {
  bool truncated = false;
  for (const PathPattern& path : paths) {
    path.ForEachPlace(document, [&](const std::string&, JsonValue value) {
      if (truncated || !value.is_string() || value.AsString().size() > 32) return;
      std::string word(value.AsString());
      absl::AsciiStrToLower(&word);
      truncated = std::find(kTruncated.begin(), kTruncated.end(), word) != kTruncated.end();
    });
  }
  return truncated;
}

}  // namespace understudy
