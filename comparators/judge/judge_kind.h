// The `judge` as a kind of comparator: what it can be told, and what it is built from.
//
// Threads: safe on any thread. Building asks nobody; a service says of its options whether it takes
// them.
#pragma once

#include <memory>
#include <vector>

#include "comparators/judge/http_client.h"
#include "comparators/judge/judge_options.h"
#include "comparators/registry.h"

namespace understudy {

class JudgeKind final : public ComparatorKind {
 public:
  // The comparator services that a judge may be one of. May grow until the first Build().
  using Services = std::vector<std::shared_ptr<const ComparatorKind>>;

  // `reads_files`: whether Build() may look whether a token file has a token; a text that somebody
  // sent to be checked must not tell what files there are.
  JudgeKind(std::shared_ptr<const HttpClient> client, std::shared_ptr<const Services> services,
            bool reads_files);

  const ComparatorDescription& Describe() const override { return description_; }
  absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const override;
  std::vector<OptionFault> OptionFaults(std::string_view options_json) const override;

 private:
  absl::StatusOr<BuiltComparator> BuildService(JudgeOptions options) const;

  const std::shared_ptr<const HttpClient> client_;
  const std::shared_ptr<const Services> services_;
  const bool reads_files_;
  const ComparatorDescription description_;
};

}  // namespace understudy
