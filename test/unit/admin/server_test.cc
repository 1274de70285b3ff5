// The server itself: where it listens, health, reflection, bounds.
#include <grpcpp/generic/generic_stub.h>

#include <catch2/catch.hpp>

#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/config_service.grpc.pb.h"
#include "understudy/v1/rollout.grpc.pb.h"

namespace understudy {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

std::string Text(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  REQUIRE(buffer.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) {
    text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return text;
}

void Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  REQUIRE(queue.Next(&tag, &ok));
  REQUIRE(ok);
}

// One message there, one back, on any method.
std::string Exchange(AdminFixture& fixture, const std::string& method, const std::string& request) {
  grpc::GenericStub stub(fixture.channel);
  grpc::ClientContext context;
  AdminFixture::Bound(context);
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  Next(queue);
  call->WriteLast(Bytes(request), grpc::WriteOptions(), nullptr);
  Next(queue);
  grpc::ByteBuffer answer;
  call->Read(&answer, nullptr);
  Next(queue);
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(queue);
  CHECK(status.ok());
  return Text(answer);
}

absl::Status StartOn(AdminFixture& fixture, const SocketAddress& address) {
  AdminOptions options;
  options.config.grpc = address;
  return AdminServer::Start(options, fixture.Ports()).status();
}

}  // namespace

TEST_CASE("an address that is not loopback is refused with a sentence") {
  AdminFixture fixture;
  for (const SocketAddress& address :
       {SocketAddress{"0.0.0.0", 0, "0.0.0.0:0"}, SocketAddress{"10.0.0.1", 0, "10.0.0.1:0"},
        SocketAddress{"::", 0, "[::]:0"}, SocketAddress{"example.test", 0, "example.test:0"},
        SocketAddress{"127.1", 0, "127.1:0"}}) {
    const absl::Status status = StartOn(fixture, address);
    CHECK(status.code() == absl::StatusCode::kPermissionDenied);
    CHECK(Message(status).find(address.text) != std::string::npos);
    CHECK(Message(status).find("loopback") != std::string::npos);
  }
}

TEST_CASE("localhost is a loopback address") {
  AdminFixture fixture;
  CHECK(StartOn(fixture, {"localhost", 0, "localhost:0"}).ok());
}

TEST_CASE("a port in use is named with the reason") {
  AdminFixture fixture;
  const std::uint16_t port = fixture.server->port();
  const absl::Status status =
      StartOn(fixture, {"127.0.0.1", port, "127.0.0.1:" + std::to_string(port)});
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  CHECK(Message(status).find("127.0.0.1:" + std::to_string(port) + ": Address already in use") !=
        std::string::npos);
}

TEST_CASE("the standard health service says serving") {
  AdminFixture fixture;
  CHECK(Exchange(fixture, "/grpc.health.v1.Health/Check", "") == "\x08\x01");
}

TEST_CASE("reflection lists the services") {
  AdminFixture fixture;
  const std::string list_services = "\x3a\x01*";  // field 7 of ServerReflectionRequest
  const std::string answer = Exchange(
      fixture, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services);
  for (const char* service :
       {"understudy.v1.RolloutService", "understudy.v1.ReportService",
        "understudy.v1.TrafficService", "understudy.v1.ConfigService", "grpc.health.v1.Health"}) {
    CHECK(answer.find(service) != std::string::npos);
  }
}

TEST_CASE("a message beyond the limit is refused and the server goes on") {
  AdminLimits limits;
  limits.request_bytes = 1000;
  AdminFixture fixture(limits);
  v1::ConfigService::Stub stub(fixture.channel);
  v1::CheckConfigRequest request;
  v1::CheckConfigResponse response;
  request.set_text(std::string(2000, 'x'));
  CHECK(fixture.Call(&v1::ConfigService::Stub::Check, stub, request, response).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  request.set_text("x");
  CHECK(fixture.Call(&v1::ConfigService::Stub::Check, stub, request, response).ok());
}

TEST_CASE("a server that was shut down refuses calls and may be shut down again") {
  AdminFixture fixture;
  fixture.server->Shutdown(Duration::zero());
  fixture.server->Shutdown(Duration::zero());
  v1::RolloutService::Stub stub(fixture.channel);
  v1::ListRolloutsResponse response;
  CHECK(fixture.Call(&v1::RolloutService::Stub::List, stub, v1::ListRolloutsRequest(), response)
            .error_code() == grpc::StatusCode::UNAVAILABLE);
}

}  // namespace understudy
