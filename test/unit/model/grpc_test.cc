// Statuses, deadlines and messages of gRPC.
#include "proxy/model/grpc.h"

#include <catch2/catch.hpp>
#include <string>

using namespace understudy;
using namespace std::chrono_literals;

TEST_CASE("a content type is gRPC's whatever its messages are made of, and gRPC-Web's is not") {
  CHECK(IsGrpcType("application/grpc"));
  CHECK(IsGrpcType("application/grpc+proto"));
  CHECK(IsGrpcType("Application/GRPC;charset=utf-8"));
  CHECK_FALSE(IsGrpcType("application/grpc-web+proto"));
  CHECK_FALSE(IsGrpcType("application/grpcx"));
  CHECK_FALSE(IsGrpcType("application/json"));
  CHECK_FALSE(IsGrpcType(""));
}

TEST_CASE("health checks and reflection are about a server, and other services are not") {
  CHECK(IsGrpcInfrastructure("/grpc.health.v1.Health/Check"));
  CHECK(IsGrpcInfrastructure("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"));
  CHECK(IsGrpcInfrastructure("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"));
  CHECK_FALSE(IsGrpcInfrastructure("/inference.GRPCInferenceService/ModelInfer"));
  CHECK_FALSE(IsGrpcInfrastructure("/grpc.health.v1.HealthOfModels/Check"));
}

TEST_CASE("a grpc-status is found among trailers, and what is none is UNKNOWN") {
  CHECK(GrpcStatusOfTrailers("grpc-message: x\r\nGrpc-Status: 14\r\n\r\n") == 14);
  CHECK(GrpcStatusOfTrailers("grpc-status:0\r\n\r\n") == 0);
  CHECK(GrpcStatusOfTrailers("grpc-status-details-bin: AA\r\n\r\n") == 2);
  CHECK(GrpcStatusOfTrailers("grpc-status: twelve\r\n\r\n") == 2);
  CHECK(GrpcStatusOfTrailers("grpc-status: -1\r\n\r\n") == 2);
  CHECK(GrpcStatusOfTrailers("grpc-status: 99999999999\r\n\r\n") == 2);
  CHECK(GrpcStatusOfTrailers("") == 2);
  CHECK(GrpcStatusOfTrailers("grpc-status: 5") == 5);
}

TEST_CASE("a grpc-status amounts to the HTTP status that google.rpc.Code names") {
  CHECK(HttpStatusOfGrpc(0) == 200);
  CHECK(HttpStatusOfGrpc(3) == 400);
  CHECK(HttpStatusOfGrpc(5) == 404);
  CHECK(HttpStatusOfGrpc(8) == 429);
  CHECK(HttpStatusOfGrpc(14) == 503);
  CHECK(HttpStatusOfGrpc(16) == 401);
  CHECK(HttpStatusOfGrpc(17) == 500);
  CHECK(HttpStatusOfGrpc(-3) == 500);
}

TEST_CASE("a failure of this proxy's own has the status that tells a client whether to try again") {
  CHECK(GrpcCodeOf(502, "connect_refused") == GrpcCode::kUnavailable);
  CHECK(GrpcCodeOf(502, "invalid_answer") == GrpcCode::kInternal);
  CHECK(GrpcCodeOf(503, "no_healthy_endpoint") == GrpcCode::kUnavailable);
  CHECK(GrpcCodeOf(504, "first_byte_timeout") == GrpcCode::kDeadlineExceeded);
  CHECK(GrpcCodeOf(504, "connect_timeout") == GrpcCode::kUnavailable);
  CHECK(GrpcCodeOf(413, "body_too_large") == GrpcCode::kResourceExhausted);
  CHECK(GrpcCodeOf(404, "no_route") == GrpcCode::kUnimplemented);
  CHECK(GrpcCodeOf(400, "bad_body") == GrpcCode::kInternal);
}

TEST_CASE("a message is percent-encoded as grpc-message has it") {
  CHECK(PercentEncoded("no model server is healthy") == "no model server is healthy");
  CHECK(PercentEncoded("100% \n \xC3\xA9") == "100%25 %0A %C3%A9");
}

TEST_CASE("a grpc-timeout is up to eight digits and a unit, and anything else is none") {
  CHECK(ParseGrpcTimeout("100m") == Duration(100ms));
  CHECK(ParseGrpcTimeout("5S") == Duration(5s));
  CHECK(ParseGrpcTimeout("2M") == Duration(2min));
  CHECK(ParseGrpcTimeout("7u") == Duration(7us));
  CHECK(ParseGrpcTimeout("0n") == Duration(0));
  CHECK(ParseGrpcTimeout("99999999H") == Duration(std::chrono::hours(24 * 365)));
  for (const char* text : {"", "S", "5", "5s", "-5S", "123456789S", "5 S", "1.5S"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseGrpcTimeout(text));
  }
}

TEST_CASE("what is left of a timeout is written as finely as eight digits allow, never as more") {
  CHECK(FormatGrpcTimeout(Duration(1)) == "1n");
  CHECK(FormatGrpcTimeout(99'999'999ns) == "99999999n");
  CHECK(FormatGrpcTimeout(5s - 1ns) == "4999999u");
  CHECK(FormatGrpcTimeout(1h) == "3600000m");
  CHECK(FormatGrpcTimeout(std::chrono::hours(24 * 365)) == "31536000S");
}

TEST_CASE("messages are counted wherever the body is split") {
  const std::string body("\0\0\0\0\3abc\1\0\0\0\0\0\0\0\0\1z", 19);
  for (std::size_t size = 1; size <= body.size(); ++size) {
    CAPTURE(size);
    GrpcMessageCounter counter;
    for (std::size_t at = 0; at < body.size(); at += size) counter.Take(body.substr(at, size));
    CHECK(counter.Count() == 3);
  }
  GrpcMessageCounter begun;
  begun.Take(body.substr(0, 9));
  CHECK(begun.Count() == 2);
}
