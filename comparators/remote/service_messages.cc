// Copying over and back.
#include "comparators/remote/service_messages.h"

#include <algorithm>
#include <array>
#include <string>

#include "comparators/difference.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 10> kKinds{"value", "type",   "missing", "extra", "shape",
                                                  "dtype", "length", "status",  "label", "bytes"};

// Fields of type string must be UTF-8 or the whole message is refused.
void Fill(v1::ComparedAnswer& message, const Answer& answer) {
  message.set_status(answer.status);
  for (const AnswerHeader& header : answer.headers) {
    v1::ComparedHeader& field = *message.add_headers();
    std::string name = ShownText(header.name, header.name.size());
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    field.set_name(std::move(name));
    field.set_value(header.value.data(), header.value.size());
  }
  message.set_body(answer.body.data(), answer.body.size());
}

std::string_view KindOf(const std::string& kind) {
  const auto* const known = std::find(kKinds.begin(), kKinds.end(), kind);
  return known == kKinds.end() ? kKinds.front() : *known;
}

absl::StatusCode CodeOf(v1::CannotTell::Why why) {
  switch (why) {
    case v1::CannotTell::UNSUPPORTED:
      return absl::StatusCode::kUnimplemented;
    case v1::CannotTell::UNREADABLE:
      return absl::StatusCode::kDataLoss;
    case v1::CannotTell::NOT_JSON:
      return absl::StatusCode::kInvalidArgument;
    case v1::CannotTell::TOO_LARGE:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

std::size_t BytesOf(const Pair& pair) {
  std::size_t bytes = pair.request_body.size();
  for (const Answer* answer : {&pair.baseline, &pair.candidate}) {
    bytes += answer->body.size();
    for (const AnswerHeader& header : answer->headers) {
      bytes += header.name.size() + header.value.size();
    }
  }
  return bytes;
}

v1::CompareRequest RequestOf(const Pair& pair, std::string_view options_json) {
  v1::CompareRequest request;
  request.set_options_json(std::string(options_json));
  request.set_request_body(pair.request_body.data(), pair.request_body.size());
  Fill(*request.mutable_incumbent(), pair.baseline);
  Fill(*request.mutable_candidate(), pair.candidate);
  return request;
}

absl::StatusOr<Comparison> ComparisonOf(v1::CompareResponse response) {
  if (response.has_cannot_tell()) {
    const std::string text = ShownText(response.cannot_tell().text());
    return absl::Status(CodeOf(response.cannot_tell().why()),
                        text.empty() ? "the service cannot tell and does not say why" : text);
  }
  if (!response.has_comparison()) {
    return absl::InternalError("the service gave no divergence and did not say why");
  }
  const v1::ComparisonResult& result = response.comparison();
  Comparison comparison;
  comparison.divergence = result.divergence();
  if (comparison.divergence != 0) {
    comparison.reason =
        ShownText(result.reason().empty() ? "the service gave no reason" : result.reason());
  }
  for (const v1::ComparedDifference& one : result.differences()) {
    if (comparison.differences.size() >= kMaxDifferences) break;
    AddDifference(comparison, one.path(), KindOf(one.kind()), one.incumbent(), one.candidate());
  }
  return comparison;
}

}  // namespace understudy
