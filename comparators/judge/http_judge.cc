// One question, one answer.
#include "comparators/judge/http_judge.h"

#include <utility>

#include "comparators/judge/token_file.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// Anything that passes through an Understudy on its way to the judge's model is mirrored and judged
// nowhere: no judging of judging.
constexpr std::string_view kRole = "X-Understudy-Role: judge\r\n";

std::string WithoutSecret(std::string text, const std::string& secret) {
  constexpr std::string_view kInstead = "[token]";
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kInstead.size())) {
    text.replace(at, secret.size(), kInstead);
  }
  return text;
}

}  // namespace

absl::StatusOr<Comparison> HttpJudge::Ask(const Pair&, const JudgeQuestion& question,
                                          bool candidate_first) const {
  const auto failed = [this](const absl::Status& status) {
    return absl::Status(status.code(),
                        fmt::format("the judge at {}: {}", options_.endpoint->Shown(),
                                    std::string(status.message())));
  };
  std::string fields(kRole);
  std::string token;
  if (!options_.token_file.empty()) {
    absl::StatusOr<std::string> read = ReadTokenFile(options_.token_file);
    if (!read.ok()) return failed(absl::InternalError(read.status().message()));
    token = *std::move(read);
    fields += fmt::format("Authorization: Bearer {}\r\n", token);
  }
  const std::string& first = candidate_first ? question.candidate : question.incumbent;
  const std::string& second = candidate_first ? question.incumbent : question.candidate;
  const auto reply = client_->Post(
      *options_.endpoint, fields,
      JudgeRequest(options_.measure, options_.rubric, question.request, first, second),
      options_.timeout);
  if (!reply.ok()) return failed(reply.status());
  if (reply->status != 200) {
    return failed(absl::InternalError(fmt::format("it answered with status {}", reply->status)));
  }
  auto judgement = ReadJudgement(options_.measure, reply->body);
  if (!judgement.ok()) return failed(judgement.status());
  Comparison comparison;
  comparison.divergence = candidate_first ? judgement->candidate_first : judgement->incumbent_first;
  if (comparison.divergence > 0) {
    comparison.reason = WithoutSecret(std::move(judgement->reason), token);
  }
  return comparison;
}

}  // namespace understudy
