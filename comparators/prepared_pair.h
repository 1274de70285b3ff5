// Both answers of a pair on their way through a suite, and what their request says: each made when
// somebody looks, and then once.
//
// Threads: used by one, for one pair. Ownership: borrows the pair and the rules.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "comparators/decode.h"
#include "comparators/document.h"
#include "comparators/pair_call.h"
#include "comparators/path_pattern.h"
#include "comparators/prepared_answer.h"
#include "comparators/sampling.h"
#include "comparators/scorer.h"
#include "comparators/streams/assemble.h"

namespace understudy {

// How a suite wants answers to be prepared.
struct Preparation {
  const std::vector<PathPattern>& ignore;
  const std::vector<PathPattern>& unscored;
  const std::optional<StreamRule>& stream;
  const std::vector<RequestCondition>& greedy;
  const DecodeLimits& decode_limits;
  const DocumentLimits& document_limits;
  const GrpcMethods& methods;
  bool needs_document = false;
  RawTensors raw_tensors = RawTensors::kBeside;
};

class PreparedPair {
 public:
  // Both outlive it.
  PreparedPair(const RawPair& pair, const Preparation& how);

  bool is_grpc() const { return call_.is_grpc(); }
  const PreparedAnswer& baseline() const { return baseline_; }
  const PreparedAnswer& candidate() const { return candidate_; }

  // Decodes, reads and marks both answers; `ignore_hits` as in PairScore.
  void Decode(std::span<std::uint32_t> ignore_hits);
  bool decoded() const { return decoded_; }
  // Of a gRPC call, from the incumbent's answer alone: why its messages are not known.
  const absl::Status& BaselineDescriptor();

  // What comparators see of the request: of a gRPC call its message as JSON.
  std::string_view Request();
  Sampling RequestSampling();

  // For records: bodies as comparators saw them, and of a gRPC call as JSON. The last call.
  void TakeTexts(bool calls_as_json, PairScore& score);

 private:
  void Read(PreparedAnswer& answer);

  const RawPair& pair_;
  const Preparation& how_;
  PairCall call_;
  PreparedAnswer baseline_;
  PreparedAnswer candidate_;
  bool decoded_ = false;
  bool baseline_known_ = false;
  std::optional<Sampling> sampling_;
};

}  // namespace understudy
