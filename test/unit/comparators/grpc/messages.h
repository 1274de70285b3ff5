// gRPC messages from Protobuf's text format, framed, and pairs of answers made of them, for tests.
#pragma once

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "comparators/grpc/call_document.h"
#include "comparators/grpc/call_status.h"
#include "comparators/grpc/descriptor_sets.h"
#include "comparators/grpc/frames.h"
#include "comparators/streams/json_text.h"
#include "comparators/suite.h"

namespace understudy {

inline constexpr std::string_view kInfer = "/inference.GRPCInferenceService/ModelInfer";
inline constexpr std::string_view kInferStreamed =
    "/inference.GRPCInferenceService/ModelStreamInfer";
inline constexpr std::string_view kPredict = "/tensorflow.serving.PredictionService/Predict";

inline std::string Encoded(const google::protobuf::Descriptor& type, const std::string& text) {
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(&type)->New());
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, message.get()));
  return message->SerializeAsString();
}

// The answer of a bundled method.
inline std::string EncodedAnswer(std::string_view path, const std::string& text) {
  return Encoded(*BundledMethods().Find(GrpcMethodNameOf(path))->response, text);
}
inline std::string EncodedRequest(std::string_view path, const std::string& text) {
  return Encoded(*BundledMethods().Find(GrpcMethodNameOf(path))->request, text);
}

inline std::string Framed(const std::vector<std::string>& messages) {
  std::string body;
  for (const std::string& message : messages) AppendGrpcFrame(message, body);
  return body;
}

// A descriptor set of one file, in the text format of FileDescriptorProto.
inline std::string EncodedSet(const std::vector<std::string>& files) {
  google::protobuf::FileDescriptorSet set;
  for (const std::string& file : files) {
    INFO(file);
    REQUIRE(google::protobuf::TextFormat::ParseFromString(file, set.add_file()));
  }
  return set.SerializeAsString();
}

inline std::shared_ptr<const DescriptorSets> SetsOf(const std::vector<std::string>& files) {
  std::vector<DescriptorSetFault> faults;
  auto sets = DescriptorSets::Build({{"test.pb", EncodedSet(files)}}, faults);
  INFO((faults.empty() ? "" : faults.front().message));
  REQUIRE(faults.empty());
  return sets;
}

// One message of a method's answer as JSON.
inline std::string JsonOf(const GrpcMethod& method, const std::vector<std::string>& messages,
                          RawTensors raw = RawTensors::kWritten) {
  const std::string body = Framed(messages);
  const auto frames = ReadGrpcFrames(body, "");
  REQUIRE(frames.ok());
  const auto call = ReadCall(body, *frames, method, CallSide::kAnswer, {raw, {}, {}});
  INFO(call.status().ToString());
  REQUIRE(call.ok());
  return JsonText(call->document->root());
}

// An answer to a call that owns its texts.
struct CallAnswer {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {{"content-type", "application/grpc"}};
  std::vector<std::pair<std::string, std::string>> trailers = {{"grpc-status", "0"}};
  int status = 200;
};

inline CallAnswer CallOf(std::string_view path, const std::string& text) {
  return {Framed({EncodedAnswer(path, text)})};
}
inline CallAnswer FailedCall(int code, const std::string& message = "") {
  CallAnswer answer;
  answer.trailers = {{"grpc-status", std::to_string(code)}, {"grpc-message", message}};
  return answer;
}

inline PairScore ScoreCalls(const PairScorer& scorer, std::string_view path,
                            const CallAnswer& baseline, const CallAnswer& candidate,
                            const std::string& request = "", bool wants_texts = false) {
  const auto views = [](const auto& fields) {
    std::vector<AnswerHeader> headers;
    for (const auto& [name, value] : fields) headers.push_back({name, value});
    return headers;
  };
  const auto left = views(baseline.headers), left_trailers = views(baseline.trailers);
  const auto right = views(candidate.headers), right_trailers = views(candidate.trailers);
  const AnswerHeader type{"content-type", "application/grpc"};
  RawPair pair{[&] { return std::string_view(request); },
               {baseline.status, left, baseline.body, nullptr, nullptr, left_trailers},
               {candidate.status, right, candidate.body, nullptr, nullptr, right_trailers}};
  pair.request_path = path;
  pair.request_headers = {&type, 1};
  pair.wants_texts = [wants_texts](bool) { return wants_texts; };
  return scorer.Score(pair);
}

inline std::unique_ptr<PairScorer> SuiteOf(SuiteSpec spec) {
  auto suite = BuildSuite(spec);
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

}  // namespace understudy
