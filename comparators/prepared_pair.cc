// Preparing once.
#include "comparators/prepared_pair.h"

#include <utility>

namespace understudy {

PreparedPair::PreparedPair(const RawPair& pair, const Preparation& how)
    : pair_(pair),
      how_(how),
      call_(pair, how.methods, how.decode_limits, how.document_limits),
      baseline_(pair.baseline),
      candidate_(pair.candidate) {
  if (!call_.is_grpc()) return;
  baseline_.BeginCall();
  candidate_.BeginCall();
}

void PreparedPair::Read(PreparedAnswer& answer) {
  if (call_.is_grpc()) {
    answer.DecodeCall(how_.decode_limits);
    if (how_.needs_document) answer.ParseCall(call_, how_.raw_tensors, how_.document_limits);
    return;
  }
  answer.Decode(how_.decode_limits);
  if (how_.stream) answer.Assemble(*how_.stream);
  if (how_.needs_document) answer.Parse(how_.document_limits);
}

void PreparedPair::Decode(std::span<std::uint32_t> ignore_hits) {
  if (std::exchange(decoded_, true)) return;
  for (PreparedAnswer* answer : {&baseline_, &candidate_}) {
    Read(*answer);
    answer->Mark(how_.ignore, how_.unscored, ignore_hits);
  }
}

const absl::Status& PreparedPair::BaselineDescriptor() {
  if (!decoded_ && !std::exchange(baseline_known_, true)) {
    baseline_.DecodeCall(how_.decode_limits);
    if (!baseline_.HasRegularMessages(call_)) {
      baseline_.ParseCall(call_, how_.raw_tensors, how_.document_limits);
    }
  }
  return baseline_.descriptor_status();
}

std::string_view PreparedPair::Request() {
  if (call_.is_grpc()) return call_.RequestJson();
  return pair_.request_body ? pair_.request_body() : std::string_view();
}

Sampling PreparedPair::RequestSampling() {
  if (!sampling_) {
    sampling_ = how_.greedy.empty() ? Sampling::kGreedy : SamplingOf(Request(), how_.greedy);
  }
  return *sampling_;
}

void PreparedPair::TakeTexts(bool calls_as_json, PairScore& score) {
  if (!call_.is_grpc()) {
    if (decoded_) score.bodies = {baseline_.TakeBody(), candidate_.TakeBody()};
    return;
  }
  if (calls_as_json || pair_.wants_request) score.request_body = call_.RequestJson();
  if (!calls_as_json) return;
  for (PreparedAnswer* answer : {&baseline_, &candidate_}) answer->DecodeCall(how_.decode_limits);
  score.bodies = {baseline_.CallJson(call_, how_.document_limits),
                  candidate_.CallJson(call_, how_.document_limits)};
}

}  // namespace understudy
