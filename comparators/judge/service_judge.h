// A judge that is a comparator service, shown the two answers in either order.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>

#include "comparators/judge/judge_source.h"

namespace understudy {

class ServiceJudge final : public JudgeSource {
 public:
  // `service` is built from the options that are the service's.
  explicit ServiceJudge(std::unique_ptr<const Comparator> service) : service_(std::move(service)) {}

  // Errors as the service's. The service sees the first answer as the incumbent's.
  absl::StatusOr<Comparison> Ask(const Pair& pair, const JudgeQuestion& question,
                                 bool candidate_first) const override;

 private:
  const std::unique_ptr<const Comparator> service_;
};

}  // namespace understudy
