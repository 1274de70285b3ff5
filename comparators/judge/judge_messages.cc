// Writing and reading JSON.
#include "comparators/judge/judge_messages.h"

#include "comparators/document.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr DocumentLimits kLimits{.max_bytes = 1u << 20, .max_depth = 64, .max_nodes = 100'000};

std::string Quoted(std::string_view text) {
  JsonNode node{};
  node.kind = JsonKind::kString;
  return RenderScalar(node, text, 8 * text.size() + 16);  // never cut
}

absl::Status Fault(std::string_view what) {
  return absl::InternalError(fmt::format("the judge's answer {}", what));
}

}  // namespace

std::string JudgeRequest(JudgeMeasure measure, std::string_view rubric, std::string_view request,
                         std::string_view first, std::string_view second) {
  std::string text = fmt::format(R"({{"measure":"{}","request":{},"first":{},"second":{})",
                                 measure == JudgeMeasure::kDivergence ? "divergence" : "preference",
                                 Quoted(request), Quoted(first), Quoted(second));
  if (!rubric.empty()) text += ",\"rubric\":" + Quoted(rubric);
  return text + "}";
}

absl::StatusOr<Judgement> ReadJudgement(JudgeMeasure measure, std::string_view body) {
  const auto document = Document::Parse(body, kLimits);
  if (!document.ok() || !(*document)->root().is_object()) return Fault("is no JSON object");
  const JsonValue root = (*document)->root();
  Judgement judgement;
  if (measure == JudgeMeasure::kDivergence) {
    const auto divergence = root.Find("divergence");
    const double value = divergence ? divergence->AsDouble() : -1;
    if (!(value >= 0 && value <= 1)) return Fault("has no \"divergence\" from 0 to 1");
    judgement.incumbent_first = judgement.candidate_first = value;
  } else {
    const auto preference = root.Find("preference");
    const std::string_view word =
        preference && preference->is_string() ? preference->AsString() : std::string_view();
    if (word != "first" && word != "second" && word != "tie") {
      return Fault("has no \"preference\" that is \"first\", \"second\" or \"tie\"");
    }
    judgement.incumbent_first = word == "first" ? 1 : 0;
    judgement.candidate_first = word == "second" ? 1 : 0;
  }
  const auto reason = root.Find("reason");
  if (reason && reason->is_string()) judgement.reason = ShownText(reason->AsString());
  return judgement;
}

}  // namespace understudy
