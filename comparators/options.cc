// Strict reading of comparator options.
#include "comparators/options.h"

#include <algorithm>
#include <cmath>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownValue = 64;
constexpr DocumentLimits kLimits{.max_bytes = 64 * 1024, .max_depth = 64, .max_nodes = 10'000};

}  // namespace

absl::StatusOr<std::unique_ptr<OptionReader>> OptionReader::Open(std::string_view comparator,
                                                                 std::string_view json,
                                                                 std::span<const OptionDoc> known) {
  auto reader = std::unique_ptr<OptionReader>(new OptionReader());
  reader->comparator_ = std::string(comparator);
  reader->json_ = std::string(json);
  if (json.empty()) return reader;
  absl::StatusOr<std::unique_ptr<Document>> document = Document::Parse(reader->json_, kLimits);
  if (!document.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("comparator {}: the options are no JSON object: {}", comparator,
                    std::string(document.status().message())));
  }
  reader->document_ = *std::move(document);
  const JsonValue root = reader->document_->root();
  if (!root.is_object()) {
    return absl::InvalidArgumentError(
        fmt::format("comparator {}: the options must be an object, not {}", comparator,
                    RenderJson(root, kShownValue)));
  }
  std::vector<std::string_view> names;
  for (const OptionDoc& option : known) names.push_back(option.name);
  absl::Status status;
  root.ForEachMember([&](std::string_view key, JsonValue) {
    if (!status.ok() || std::find(names.begin(), names.end(), key) != names.end()) return;
    const std::string hint = names.empty() ? " It takes none." : Suggestion(key, names);
    status = absl::InvalidArgumentError(fmt::format("comparator {}: there is no option \"{}\".{}",
                                                    comparator, ShownText(key, kShownValue), hint));
  });
  if (!status.ok()) return status;
  return reader;
}

std::optional<JsonValue> OptionReader::Find(std::string_view name) const {
  if (document_ == nullptr) return std::nullopt;
  return document_->root().Find(name);
}

absl::Status OptionReader::Fault(std::string_view option, std::string_view what) const {
  const std::optional<JsonValue> given = Find(option);
  return absl::InvalidArgumentError(
      fmt::format("comparator {}: option \"{}\" {}; it is {}", comparator_, option, what,
                  given ? RenderJson(*given, kShownValue) : "missing"));
}

absl::Status OptionReader::ReadNonNegative(std::string_view name, double& value) const {
  const std::optional<JsonValue> given = Find(name);
  if (!given) return absl::OkStatus();
  const double number = given->AsDouble();  // NaN when it is no number
  if (!std::isfinite(number) || number < 0) return Fault(name, "must be a number of 0 or more");
  value = number;
  return absl::OkStatus();
}

absl::Status OptionReader::ReadWhole(std::string_view name, std::uint64_t low, std::uint64_t high,
                                     std::uint64_t& value) const {
  const std::optional<JsonValue> given = Find(name);
  if (!given) return absl::OkStatus();
  const bool whole = given->kind() == JsonKind::kInt && given->node().payload.signed_integer >= 0;
  const std::uint64_t number = whole ? given->node().payload.unsigned_integer : 0;
  if (!whole || number < low || number > high) {
    return Fault(name, fmt::format("must be a whole number from {} to {}", low, high));
  }
  value = number;
  return absl::OkStatus();
}

absl::Status OptionReader::ReadBool(std::string_view name, bool& value) const {
  const std::optional<JsonValue> given = Find(name);
  if (!given) return absl::OkStatus();
  if (!given->is_bool()) return Fault(name, "must be true or false");
  value = given->kind() == JsonKind::kTrue;
  return absl::OkStatus();
}

absl::Status OptionReader::ReadChoice(std::string_view name,
                                      std::span<const std::string_view> words,
                                      std::size_t& value) const {
  const std::optional<JsonValue> given = Find(name);
  if (!given) return absl::OkStatus();
  const auto word =
      given->is_string() ? std::find(words.begin(), words.end(), given->AsString()) : words.end();
  if (word == words.end()) {
    return Fault(name, fmt::format("must be one of \"{}\"", fmt::join(words, "\", \"")));
  }
  value = static_cast<std::size_t>(word - words.begin());
  return absl::OkStatus();
}

absl::Status OptionReader::ReadStrings(std::string_view name,
                                       std::vector<std::string>& value) const {
  const std::optional<JsonValue> given = Find(name);
  if (!given) return absl::OkStatus();
  bool good = given->is_array() && given->size() > 0;
  std::vector<std::string> texts;
  if (good) {
    given->ForEachElement([&](JsonValue element) {
      good = good && element.is_string();
      if (good) texts.emplace_back(element.AsString());
    });
  }
  if (!good) return Fault(name, "must be a list of one or more texts");
  value = std::move(texts);
  return absl::OkStatus();
}

}  // namespace understudy
