// Reading the options of the `text` comparator.
#include "comparators/text_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "comparators/text_flags.h"
#include "comparators/value_pair.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 9> kOptions{{
    {"paths", "path | list of paths", "the whole body", "where the texts are"},
    {"score", "exact | edit | token_f1 | chrf | rouge_l | length | structure | list of them",
     "edit", "what the divergence is; of a list the largest"},
    {"case", "keep | fold", "keep", "whether letters keep their case"},
    {"space", "keep | collapse", "collapse",
     "whether white space counts as it is or a run of it as one space and none at the ends"},
    {"flags", "list of empty, refusal, truncated, invalid_json", "none; with structure all",
     "what makes the divergence 1 when one of the two answers has it"},
    {"refusal_phrases", "list of texts", "English phrases", "how a text that refuses begins"},
    {"finish_reason", "path | list of paths", "where known protocols say it",
     "where an answer says why it ended"},
    {"expect_json", "true | false", "false",
     "whether every text should be JSON, not only where the incumbent's is"},
    {"length_ratio", "[low, high]", "none; with structure [0.5, 2]",
     "the candidate's length by the incumbent's, outside of which the divergence is 1"},
}};
constexpr std::array<std::string_view, 2> kCases{"keep", "fold"};
constexpr std::array<std::string_view, 2> kSpaces{"keep", "collapse"};
constexpr std::array<std::string_view, 6> kScores{"exact", "edit",    "token_f1",
                                                  "chrf",  "rouge_l", "length"};
constexpr std::string_view kStructure = "structure";
constexpr std::array<std::string_view, 4> kFlags{"empty", "refusal", "truncated", "invalid_json"};
constexpr std::array<std::string_view, 6> kFinishReasons{
    "/choices/*/finish_reason",   "/stop_reason",           "/done_reason",
    "/incomplete_details/reason", "/details/finish_reason", "/meta_info/finish_reason/type"};
constexpr std::size_t kMaxPhrases = 1'000;

absl::Status ReadScores(const OptionReader& options, TextOptions& out, bool& structure) {
  const std::optional<JsonValue> given = options.Find("score");
  if (!given) return absl::OkStatus();
  std::vector<TextScore> scores;
  bool good = given->is_string() || (given->is_array() && given->size() > 0);
  const auto add = [&](JsonValue word) {
    const auto* found = word.is_string()
                            ? std::find(kScores.begin(), kScores.end(), word.AsString())
                            : kScores.end();
    good = good && found != kScores.end();
    if (good) scores.push_back(static_cast<TextScore>(found - kScores.begin()));
  };
  if (given->is_array()) {
    given->ForEachElement(add);
  } else if (given->is_string() && given->AsString() == kStructure) {
    structure = true;
  } else {
    add(*given);
  }
  if (!good) {
    return options.Fault("score", fmt::format("must be \"structure\" or one or a list of \"{}\"",
                                              fmt::join(kScores, "\", \"")));
  }
  out.scores = std::move(scores);
  return absl::OkStatus();
}

absl::Status ReadFlags(const OptionReader& options, bool structure, TextOptions& out) {
  const std::array<bool*, 4> flags{&out.flag_empty, &out.flag_refusal, &out.flag_truncated,
                                   &out.flag_invalid_json};
  for (bool* flag : flags) *flag = structure;
  const std::optional<JsonValue> given = options.Find("flags");
  if (!given) return absl::OkStatus();
  bool good = given->is_array();
  for (bool* flag : flags) *flag = false;
  given->ForEachElement([&](JsonValue word) {
    const auto* found =
        word.is_string() ? std::find(kFlags.begin(), kFlags.end(), word.AsString()) : kFlags.end();
    good = good && found != kFlags.end();
    if (good) *flags[static_cast<std::size_t>(found - kFlags.begin())] = true;
  });
  if (good) return absl::OkStatus();
  return options.Fault("flags",
                       fmt::format("must be a list of \"{}\"", fmt::join(kFlags, "\", \"")));
}

absl::Status ReadPhrases(const OptionReader& options, TextOptions& out) {
  std::vector<std::string> phrases(DefaultRefusalPhrases().begin(), DefaultRefusalPhrases().end());
  if (absl::Status status = options.ReadStrings("refusal_phrases", phrases); !status.ok()) {
    return status;
  }
  for (const std::string& phrase : phrases) out.refusal_phrases.push_back(RefusalText(phrase));
  const bool empty = std::any_of(out.refusal_phrases.begin(), out.refusal_phrases.end(),
                                 [](const std::u32string& phrase) { return phrase.empty(); });
  if (empty || phrases.size() > kMaxPhrases) {
    return options.Fault("refusal_phrases",
                         fmt::format("must have up to {} phrases, none empty", kMaxPhrases));
  }
  return absl::OkStatus();
}

absl::Status ReadLengthRatio(const OptionReader& options, bool structure, TextOptions& out) {
  if (structure) out.length_ratio = LengthBand{};
  const std::optional<JsonValue> given = options.Find("length_ratio");
  if (!given) return absl::OkStatus();
  std::vector<double> ends;
  given->ForEachElement([&](JsonValue end) { ends.push_back(end.AsDouble()); });
  if (!given->is_array() || ends.size() != 2 || !(ends[0] >= 0) || !(ends[0] <= 1) ||
      !(ends[1] >= 1) || !std::isfinite(ends[1])) {
    return options.Fault("length_ratio", "must be [low, high] with 0 <= low <= 1 <= high");
  }
  out.length_ratio = LengthBand{ends[0], ends[1]};
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(TextScore score) { return kScores[static_cast<std::size_t>(score)]; }

std::span<const OptionDoc> TextOptionDocs() { return kOptions; }

absl::StatusOr<TextOptions> ReadTextOptions(std::string_view options_json) {
  auto options = OptionReader::Open("text", options_json, kOptions);
  if (!options.ok()) return options.status();
  TextOptions out;
  std::size_t fold_case = 0;
  std::size_t space = 1;
  bool structure = false;
  for (const std::string_view path : kFinishReasons) {
    out.finish_reason.push_back(PathPattern::Parse(path).value());
  }
  absl::Status status = ReadPaths(**options, "paths", out.paths);
  status.Update(ReadScores(**options, out, structure));
  status.Update((*options)->ReadChoice("case", kCases, fold_case));
  status.Update((*options)->ReadChoice("space", kSpaces, space));
  status.Update(ReadFlags(**options, structure, out));
  status.Update(ReadPhrases(**options, out));
  status.Update(ReadPaths(**options, "finish_reason", out.finish_reason));
  status.Update((*options)->ReadBool("expect_json", out.expect_json));
  status.Update(ReadLengthRatio(**options, structure, out));
  if (!status.ok()) return status;
  out.rules = {.fold_case = fold_case == 1, .collapse_space = space == 1};
  return out;
}

}  // namespace understudy
