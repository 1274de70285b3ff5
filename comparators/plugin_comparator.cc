// A pair handed over, and callbacks that take what comes back.
#include "comparators/plugin_comparator.h"

#include <array>
#include <optional>

#include "comparators/difference.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr std::size_t kUsualHeaders = 32;
// More than is shown, so that a cut text ends in an ellipsis.
constexpr std::size_t kMaxReason = 2 * kMaxShownText;

// In the order of understudy_difference_kind.
constexpr std::array<std::string_view, 10> kKinds{"value", "type",   "missing", "extra", "shape",
                                                  "dtype", "length", "status",  "label", "bytes"};

// What a library said of one pair.
struct Said {
  Comparison comparison;
  bool has_divergence = false;
  std::string reason;                 // as it came, cut at kMaxReason
  std::optional<absl::Status> doubt;  // why it cannot tell
};

Said& Of(void* context) { return *static_cast<Said*>(context); }

std::string_view View(understudy_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

understudy_text Text(std::string_view text) {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}

absl::StatusCode CodeOf(std::uint32_t why) {
  switch (why) {
    case UNDERSTUDY_UNSUPPORTED:
      return absl::StatusCode::kUnimplemented;
    case UNDERSTUDY_UNREADABLE:
      return absl::StatusCode::kDataLoss;
    case UNDERSTUDY_NOT_JSON:
      return absl::StatusCode::kInvalidArgument;
    case UNDERSTUDY_TOO_LARGE:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kInternal;
  }
}

understudy_result ResultInto(Said& said) {
  understudy_result result{};
  result.struct_size = sizeof(result);
  result.context = &said;
  result.set_divergence = [](void* context, double divergence) noexcept {
    Of(context).comparison.divergence = divergence;
    Of(context).has_divergence = true;
  };
  result.append_reason = [](void* context, understudy_text text) noexcept {
    std::string& reason = Of(context).reason;
    reason += View(text).substr(0, kMaxReason - reason.size());
  };
  result.add_difference = [](void* context, std::uint32_t kind, understudy_text path,
                             understudy_text incumbent, understudy_text candidate) noexcept {
    AddDifference(Of(context).comparison, View(path), kKinds[kind < kKinds.size() ? kind : 0],
                  View(incumbent), View(candidate));
  };
  result.cannot_tell = [](void* context, std::uint32_t why, understudy_text text) noexcept {
    Of(context).doubt = absl::Status(CodeOf(why), ShownText(View(text)));
  };
  return result;
}

using Headers = absl::InlinedVector<understudy_header, kUsualHeaders>;

Headers HeadersOf(const Answer& answer) {
  Headers headers;
  headers.reserve(answer.headers.size());
  for (const AnswerHeader& header : answer.headers) {
    headers.push_back({Text(header.name), Text(header.value)});
  }
  return headers;
}

understudy_answer AnswerOf(const Answer& answer, const Headers& headers) {
  understudy_answer handed{};
  handed.struct_size = sizeof(handed);
  handed.status = answer.status;
  handed.header_count = headers.size();
  handed.headers = headers.data();
  handed.body = Text(answer.body);
  return handed;
}

}  // namespace

absl::StatusOr<Comparison> PluginComparator::Compare(const Pair& pair) const {
  const Headers left = HeadersOf(pair.baseline);
  const Headers right = HeadersOf(pair.candidate);
  const understudy_answer incumbent = AnswerOf(pair.baseline, left);
  const understudy_answer candidate = AnswerOf(pair.candidate, right);
  understudy_pair handed{};
  handed.struct_size = sizeof(handed);
  handed.request_body = Text(pair.request_body);
  handed.incumbent = &incumbent;
  handed.candidate = &candidate;
  Said said;
  const understudy_result result = ResultInto(said);
  table_.compare(handle_, &handed, &result);
  if (said.doubt) return *said.doubt;
  if (!said.has_divergence) {
    return absl::InternalError("the comparator gave no divergence and did not say why");
  }
  Comparison& comparison = said.comparison;
  if (comparison.divergence != 0) {
    comparison.reason = ShownText(said.reason.empty() ? "the comparator gave no reason"
                                                      : std::string_view(said.reason));
  }
  return std::move(comparison);
}

}  // namespace understudy
