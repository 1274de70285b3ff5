// How gRPC calls end.
#include "comparators/grpc/call_status.h"

#include <catch2/catch.hpp>
#include <vector>

namespace understudy {
namespace {

const std::vector<AnswerHeader> kGrpcHead{{"Content-Type", "application/grpc"}};

TEST_CASE("gRPC's content-types are known, with whatever messages, and gRPC-Web's is none") {
  for (const char* type : {"application/grpc", "application/grpc+proto", "Application/GRPC",
                           " application/grpc;x=y", "application/grpc+json"}) {
    INFO(type);
    CHECK(IsGrpcContentType(type));
  }
  for (const char* type : {"", "application/grpc-web", "application/grpcx", "application/json"}) {
    INFO(type);
    CHECK_FALSE(IsGrpcContentType(type));
  }
  CHECK(IsProtobufType("application/grpc+proto; a=b"));
  CHECK_FALSE(IsProtobufType("application/grpc+json"));
}

TEST_CASE("the status is in the trailers, or in the head of an answer without any") {
  const std::vector<AnswerHeader> trailers{{"grpc-status", "5"}, {"grpc-message", "no%20model"}};
  const GrpcCallStatus status = GrpcCallStatusOf(200, kGrpcHead, trailers);
  CHECK(status.code == kGrpcNotFound);
  CHECK(status.message == "no model");
  std::vector<AnswerHeader> head = kGrpcHead;
  head.push_back({"grpc-status", "13"});
  CHECK(GrpcCallStatusOf(200, head, {}).code == kGrpcInternal);
  CHECK(GrpcCallStatusOf(200, head, trailers).code == kGrpcNotFound);
}

TEST_CASE("without a grpc-status a call is UNKNOWN, or what its HTTP status stands for") {
  CHECK(GrpcCallStatusOf(200, kGrpcHead, {}).code == kGrpcUnknown);
  CHECK(GrpcCallStatusOf(200, {}, {}).code == kGrpcUnknown);
  CHECK(GrpcCallStatusOf(503, {}, {}).code == kGrpcUnavailable);
  CHECK(GrpcCallStatusOf(401, {}, {}).code == kGrpcUnauthenticated);
  CHECK(GrpcCallStatusOf(404, {}, {}).code == kGrpcUnimplemented);
  CHECK(GrpcCallStatusOf(418, {}, {}).code == kGrpcUnknown);
}

TEST_CASE("a grpc-status that is no number is UNKNOWN") {
  for (const char* text : {"", "OK", "-1", "0x1", "1 2", "99999999999999999999"}) {
    INFO(text);
    const std::vector<AnswerHeader> trailers{{"grpc-status", text}};
    CHECK(GrpcCallStatusOf(200, kGrpcHead, trailers).code == kGrpcUnknown);
  }
}

TEST_CASE("a message's escapes are undone and broken ones left") {
  const std::vector<AnswerHeader> trailers{{"grpc-status", "2"}, {"grpc-message", "a%C3%A9%zz%4"}};
  CHECK(GrpcCallStatusOf(200, kGrpcHead, trailers).message == "a\u00e9%zz%4");
}

TEST_CASE("binary metadata is base64 with and without padding, several joined by commas") {
  const std::vector<AnswerHeader> trailers{{"x-bin", "AP8="}, {"x-bin", "YQ"}, {"y", "AP8="}};
  CHECK(GrpcMetadata({}, trailers, "x-bin") == std::string("\x00\xFF,a", 4));
  CHECK(GrpcMetadata({}, trailers, "y") == "AP8=");
  CHECK(GrpcMetadata({}, trailers, "z").empty());
}

TEST_CASE("the server's faults are those of a failing server, and of a code nobody knows") {
  for (const int code : {2, 4, 8, 12, 13, 14, 15, 99}) CHECK(IsServerFault(code));
  for (const int code : {0, 1, 3, 5, 6, 7, 9, 10, 11, 16}) CHECK_FALSE(IsServerFault(code));
}

}  // namespace
}  // namespace understudy
