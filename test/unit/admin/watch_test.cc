// The watch stream: changes, heartbeats, bounds.
#include <catch2/catch.hpp>
#include <vector>

#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/rollout.grpc.pb.h"

namespace understudy {
namespace {

using Stub = v1::RolloutService::Stub;

struct Watcher {
  Watcher(AdminFixture& fixture, const std::string& route) : stub(fixture.channel) {
    AdminFixture::Bound(context);
    v1::WatchRolloutRequest request;
    request.mutable_rollout()->set_route(route);
    reader = stub.Watch(&context, request);
  }
  v1::WatchRolloutResponse Next() {
    v1::WatchRolloutResponse message;
    REQUIRE(reader->Read(&message));
    return message;
  }
  grpc::Status End() {
    context.TryCancel();
    return reader->Finish();
  }

  Stub stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchRolloutResponse>> reader;
};

}  // namespace

TEST_CASE("a watcher gets a picture at once, a heartbeat each second and each change") {
  AdminFixture fixture;
  fixture.control.OnWait([&](int waits) {
    if (waits != 1) return;
    ControlView held = samples::PassingView();
    held.candidates[0].rollout->holds.Add(Hold::kOperator);
    fixture.control.Publish(held);
  });
  Watcher watcher(fixture, "digits");
  const v1::WatchRolloutResponse first = watcher.Next();
  CHECK(first.changed());
  CHECK(first.status().rollout().phase() == v1::Rollout::RAMPING);
  const v1::WatchRolloutResponse heartbeat = watcher.Next();
  CHECK_FALSE(heartbeat.changed());
  CHECK(heartbeat.version() == first.version());
  const v1::WatchRolloutResponse change = watcher.Next();
  CHECK(change.changed());
  REQUIRE(change.status().rollout().holds_size() == 1);
  CHECK(change.status().rollout().holds(0) == v1::Rollout::OPERATOR);
  CHECK(watcher.End().error_code() == grpc::StatusCode::CANCELLED);
}

TEST_CASE("a new picture without a change waits for the heartbeat") {
  std::atomic<int> published{0};  // outlives the server, whose threads count it
  AdminFixture fixture;
  fixture.control.OnWait([&](int) {
    ControlView view = samples::PassingView();
    view.candidates[0].pairs = 1200 + static_cast<std::uint64_t>(++published);
    fixture.control.Publish(view);
  });
  Watcher watcher(fixture, "digits");
  watcher.Next();
  for (int i = 0; i < 3; ++i) CHECK_FALSE(watcher.Next().changed());
  watcher.End();
}

TEST_CASE("watching what does not exist is refused") {
  AdminFixture fixture;
  Watcher watcher(fixture, "letters");
  CHECK(watcher.reader->Finish().error_code() == grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("the number of watchers is bounded and a place comes free") {
  AdminLimits limits;
  limits.watchers = 1;
  AdminFixture fixture(limits);
  Watcher first(fixture, "digits");
  first.Next();
  Watcher second(fixture, "digits");
  const grpc::Status refused = second.reader->Finish();
  CHECK(refused.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(refused.error_message().find("1 watchers") != std::string::npos);
}

TEST_CASE("watchers that never read hold up nobody, not even the shutdown") {
  AdminFixture fixture;
  std::vector<std::unique_ptr<Watcher>> silent;
  for (int i = 0; i < 8; ++i) silent.push_back(std::make_unique<Watcher>(fixture, "digits"));
  for (const auto& watcher : silent) watcher->Next();  // all are being served

  Stub stub(fixture.channel);
  v1::RouteSwitchResponse response;
  REQUIRE(fixture.Call(&Stub::Kill, stub, v1::RouteSwitchRequest(), response).ok());
  CHECK(fixture.control.Commands().size() == 1);
  fixture.server->Shutdown(Duration::zero());
  for (const auto& watcher : silent) {
    v1::WatchRolloutResponse message;
    while (watcher->reader->Read(&message)) {
    }
    CHECK_FALSE(watcher->reader->Finish().ok());
  }
}

}  // namespace understudy
