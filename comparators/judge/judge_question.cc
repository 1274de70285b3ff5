// Putting texts together.
#include "comparators/judge/judge_question.h"

#include <memory>
#include <set>

#include "comparators/difference.h"
#include "comparators/document.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr std::string_view kBetween = "\n\n";

// A value as JSON without what rules ignore; what is beyond the bound is left out and found by the
// caller, who bounds the whole.
class Shown {
 public:
  std::string Take() { return std::move(text_); }

  void Add(JsonValue value) {
    if (text_.size() > kMaxBytes || value.ignored()) return;
    if (value.is_object()) {
      Object(value);
    } else if (value.is_array()) {
      Array(value);
    } else {
      const bool has_text = value.is_string() || value.kind() == JsonKind::kBig;
      text_ += RenderScalar(value.node(), has_text ? value.AsString() : std::string_view(),
                            kMaxBytes + 1);
    }
  }

 private:
  void Object(JsonValue object) {
    JsonNode name{};
    name.kind = JsonKind::kString;
    text_ += '{';
    bool first = true;
    object.ForEachMember([&](std::string_view key, JsonValue value) {
      if (value.ignored() || text_.size() > kMaxBytes) return;
      if (!std::exchange(first, false)) text_ += ", ";
      text_ += RenderScalar(name, key, kMaxBytes + 1) + ": ";
      Add(value);
    });
    text_ += '}';
  }

  void Array(JsonValue array) {
    text_ += '[';
    bool first = true;
    array.ForEachElement([&](JsonValue value) {
      if (value.ignored() || text_.size() > kMaxBytes) return;
      if (!std::exchange(first, false)) text_ += ", ";
      Add(value);
    });
    text_ += ']';
  }

  std::string text_;
};

std::string TextOf(JsonValue value) {
  if (value.is_string()) return std::string(value.AsString());
  Shown shown;
  shown.Add(value);
  return shown.Take();
}

// Empty: there is nothing at the paths.
std::optional<std::string> TextAt(const Document& document, const std::vector<PathPattern>& paths) {
  if (paths.empty()) return TextOf(document.root());
  std::optional<std::string> text;
  std::set<std::uint32_t> seen;
  for (const PathPattern& path : paths) {
    path.ForEachPlace(document, [&](const std::string&, JsonValue value) {
      if (!seen.insert(value.index()).second) return;
      if (text && text->size() > kMaxBytes) return;
      if (text) *text += kBetween;
      text = text.value_or("") + TextOf(value);
    });
  }
  return text;
}

std::string RequestText(std::string_view body, const std::vector<PathPattern>& paths) {
  const auto document = paths.empty() ? nullptr : Document::Parse(body).value_or(nullptr);
  if (document == nullptr) return std::string(body);
  return TextAt(*document, paths).value_or("");
}

}  // namespace

absl::StatusOr<JudgeQuestion> QuestionOf(const Pair& pair, const std::vector<PathPattern>& paths,
                                         const std::vector<PathPattern>& request_paths) {
  JudgeQuestion question;
  question.decided = CompareErrors(pair);
  if (question.decided) return question;
  const Document* incumbent = pair.baseline.document;
  const Document* candidate = pair.candidate.document;
  if (incumbent == nullptr && !paths.empty()) {
    return absl::InvalidArgumentError("the incumbent's body is no JSON, so it has no paths");
  }
  if (incumbent != nullptr && candidate == nullptr) {
    question.decided = WhollyDifferent("the candidate's body is no JSON");
    return question;
  }
  if (incumbent == nullptr) {
    question.incumbent = std::string(pair.baseline.text);
    question.candidate =
        candidate != nullptr ? TextOf(candidate->root()) : std::string(pair.candidate.text);
  } else {
    const std::optional<std::string> first = TextAt(*incumbent, paths);
    if (!first) return absl::UnimplementedError("the incumbent's answer has nothing at the paths");
    const std::optional<std::string> second = TextAt(*candidate, paths);
    if (!second) {
      question.decided = WhollyDifferent("the candidate's answer has nothing at the paths");
      return question;
    }
    question.incumbent = *first;
    question.candidate = *second;
  }
  question.request = RequestText(pair.request_body, request_paths);
  if (question.request.size() + question.incumbent.size() + question.candidate.size() > kMaxBytes) {
    return absl::ResourceExhaustedError("the pair has more than the 1 MiB that a judge is shown");
  }
  return question;
}

}  // namespace understudy
