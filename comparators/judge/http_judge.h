// A judge that is asked over HTTP.
//
// Threads: immutable, safe on any thread. Ownership: shares the client.
#pragma once

#include <memory>
#include <string>

#include "comparators/judge/http_client.h"
#include "comparators/judge/judge_options.h"
#include "comparators/judge/judge_source.h"

namespace understudy {

class HttpJudge final : public JudgeSource {
 public:
  HttpJudge(std::shared_ptr<const HttpClient> client, JudgeOptions options)
      : client_(std::move(client)), options_(std::move(options)) {}

  // Errors as HttpClient::Post(), ReadTokenFile() and ReadJudgement(), and Internal for any status
  // but 200. None of them, and no reason, has the token in it.
  absl::StatusOr<Comparison> Ask(const Pair& pair, const JudgeQuestion& question,
                                 bool candidate_first) const override;

 private:
  const std::shared_ptr<const HttpClient> client_;
  const JudgeOptions options_;
};

}  // namespace understudy
