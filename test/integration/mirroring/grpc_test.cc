// Calls of gRPC: what their messages say is compared, by the descriptors that come with the
// product, by the user's own, and by those that a server tells of itself.
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>

#include <catch2/catch.hpp>
#include <string>

#include "test/support/admin_client.h"
#include "test/support/fake_grpc_server.h"
#include "test/support/fake_http2_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"
#include "test/support/temporary_directory.h"

using namespace understudy;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;

// A ModelInferResponse of model "m" whose INT64 tensor "y" has this one number.
std::string Inferred(char number) {
  const std::string tensor =
      std::string("\x0a\x01y\x12\x05INT64\x1a\x01\x01\x2a\x03\x1a\x01", 17) + number;
  const std::string message = "\x0a\x01m\x2a\x12" + tensor;
  return std::string("\0\0\0\0", 4) + static_cast<char>(message.size()) + message;
}

FakeHttp2Upstream::Script AnsweringWith(const std::string& body) {
  return [body](const Request&) -> Answer {
    return {200, {{"content-type", "application/grpc"}}, body, {{"grpc-status", "0"}}};
  };
}
FakeHttp2Upstream::Script Answering(char number) { return AnsweringWith(Inferred(number)); }

// Descriptors of shop.Scores/Score, whose answer has a label and a secret, and whose request a
// word.
google::protobuf::FileDescriptorSet ShopDescriptors() {
  google::protobuf::FileDescriptorSet set;
  google::protobuf::TextFormat::ParseFromString(
      R"(name: "shop.proto" package: "shop" syntax: "proto3"
         message_type { name: "Item"
           field { name: "label" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
           field { name: "secret" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
         message_type { name: "Question"
           field { name: "word" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
         service { name: "Scores" method { name: "Score" input_type: ".shop.Question"
                                           output_type: ".shop.Item" } })",
      set.add_file());
  return set;
}

std::string Framed(const std::string& message) {
  return std::string("\0\0\0\0", 4) + static_cast<char>(message.size()) + message;
}
// A field of Protobuf of less than 128 bytes.
std::string Field(char tag, const std::string& bytes) {
  return std::string{tag, static_cast<char>(bytes.size())} + bytes;
}
std::string Item(const std::string& label, const std::string& secret) {
  return Field('\x0a', label) + Field('\x12', secret);
}

constexpr const char* kScore = "/shop.Scores/Score";
constexpr const char* kReflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

// A server of shop.Scores that tells what its messages are.
FakeGrpcServer::Script Telling(const std::string& label) {
  return [label](const std::string& path, const std::string&) {
    if (path == kScore) return FakeGrpcServer::Answer{.message = Item(label, "")};
    std::string file = ShopDescriptors().file(0).SerializeAsString();
    std::string told;  // a ServerReflectionResponse of more than 127 bytes
    for (const char tag : {'\x0a', '\x22'}) {
      told = std::string{tag, static_cast<char>(file.size() % 128 + 128),
                         static_cast<char>(file.size() / 128)} +
             file;
      file = told;
    }
    return FakeGrpcServer::Answer{.message = told};
  };
}

void Call(const RunningProxy& proxy, const std::string& path, const std::string& message) {
  Http2Client client(proxy.Port());
  client.Ask("POST", path, {{"content-type", "application/grpc"}, {"te", "trailers"}},
             Framed(message));
}

}  // namespace

TEST_CASE("answers to gRPC calls are compared by what their messages say") {
  const char other = GENERATE('\5', '\6');
  FakeHttp2Upstream incumbent(Answering('\5')), candidate(Answering(other));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: oip-v2}\n",
                               ", protocol: http2"));
  Http2Client client(proxy.Port());
  client.Ask("POST", "/inference.GRPCInferenceService/ModelInfer",
             {{"content-type", "application/grpc"}, {"te", "trailers"}},
             std::string("\0\0\0\0\3\x0a\x01m", 8));
  const std::string result = other == '\5' ? "same" : "different";
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "values", result) == 1; }));
  CHECK(Comparisons(proxy, "values", "uncomparable") == 0);
}

TEST_CASE(
    "messages of one's own are compared by a descriptor set, and kept without their secrets") {
  const TemporaryDirectory directory;
  WriteWholeFile(directory.File("shop.pb"), ShopDescriptors().SerializeAsString());
  FakeHttp2Upstream incumbent(AnsweringWith(Framed(Item("cat", "hidden"))));
  FakeHttp2Upstream candidate(AnsweringWith(Framed(Item("dog", "hidden"))));
  const std::string sets = "descriptor_sets: [" + directory.File("shop.pb") + "]\n";
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    segments: [{name: word, json: /word, values: [fish]}]\n"
                               "    capture: {mode: diff, redact: [/secret]}\n"
                               "    compare: {preset: generic-grpc, reflection: false}\n",
                               ", protocol: http2") +
                     sets);
  Call(proxy, kScore, Field('\x0a', "fish"));
  REQUIRE(RunningProxy::Eventually([&] { return Comparisons(proxy, "json", "different") == 1; }));
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  const v1::Divergence kept = admin.Divergence(admin.Divergences("all").divergences(0).id());
  CHECK(kept.incumbent_answer().body() == R"({"label":"cat","secret":"[redacted]"})");
  CHECK(kept.candidate_answer().body() == R"({"label":"dog","secret":"[redacted]"})");
  CHECK(kept.request_body() == R"({"word":"fish"})");
  REQUIRE(kept.segments_size() == 1);
  CHECK(kept.segments(0) == "word=fish");
}

TEST_CASE("what no descriptor explains is uncomparable, also where both answers are the same") {
  const TemporaryDirectory directory;
  google::protobuf::FileDescriptorSet wrong = ShopDescriptors();
  for (auto& field : *wrong.mutable_file(0)->mutable_message_type(0)->mutable_field()) {
    field.set_type(google::protobuf::FieldDescriptorProto::TYPE_FIXED64);
  }
  WriteWholeFile(directory.File("wrong.pb"), wrong.SerializeAsString());
  const std::string sets =
      GENERATE(true, false) ? "descriptor_sets: [" + directory.File("wrong.pb") + "]\n" : "";
  const std::string same = Framed(Item("cat", "x"));
  FakeHttp2Upstream incumbent(AnsweringWith(same)), candidate(AnsweringWith(same));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: generic-grpc, reflection: false}\n",
                               ", protocol: http2") +
                     sets);
  Call(proxy, kScore, "");
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_pairs_total", "reason=\"descriptor\"") == 1; }));
  CHECK(Comparisons(proxy, "json", "same") == 0);
}

TEST_CASE("the incumbent is asked, once, for the descriptors that nobody has") {
  FakeGrpcServer incumbent(Telling("cat")), candidate(Telling("dog"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: generic-grpc}\n",
                               ", protocol: http2"));
  CHECK(RunningProxy::Eventually([&] {
    Call(proxy, kScore, "");
    return Comparisons(proxy, "json", "different") >= 1;
  }));
  CHECK(Comparisons(proxy, "json", "same") == 0);
  CHECK(incumbent.Asked(kReflection) == 1);
  CHECK(candidate.Asked(kReflection) == 0);
}

TEST_CASE("requests of a sequence are not mirrored") {
  FakeHttp2Upstream incumbent(Answering('\5')), candidate(Answering('\5'));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: oip-v2}\n",
                               ", protocol: http2"));
  const std::string path = "/inference.GRPCInferenceService/ModelInfer";
  const auto request = [](char sequence) {
    const std::string value{'\x10', sequence};  // int64_param
    return Field('\x0a', "m") + Field('\x22', Field('\x0a', "sequence_id") + Field('\x12', value));
  };
  Call(proxy, path, request(7));
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_requests_total", "reason=\"stateful\"") == 1;
  }));
  Call(proxy, path, request(0));
  Call(proxy, path, Field('\x0a', "m"));
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "values", "same") == 2; }));
  CHECK(candidate.Requests().size() == 2);
}
