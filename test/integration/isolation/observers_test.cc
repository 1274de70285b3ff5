// Those who only look: scrapers that never stop, and watchers that never read.
#include <catch2/catch.hpp>
#include <thread>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/integration/isolation/accounts.h"
#include "test/support/admin_client.h"

using namespace understudy;

namespace {

constexpr auto kNoClientWaits = std::chrono::milliseconds(500);

// Watch streams that are opened and left alone.
class SilentWatchers {
 public:
  SilentWatchers(const std::string& address, int count) {
    request_.mutable_rollout()->set_route("all");
    for (int i = 0; i < count; ++i) {
      grpc::ChannelArguments own;
      own.SetInt("test.watcher", i);  // a connection for each
      own.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 1);
      stubs_.push_back(v1::RolloutService::NewStub(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), own)));
      contexts_.push_back(std::make_unique<grpc::ClientContext>());
      streams_.push_back(stubs_.back()->Watch(contexts_.back().get(), request_));
    }
  }
  ~SilentWatchers() {
    for (auto& context : contexts_) context->TryCancel();
    v1::WatchRolloutResponse ignored;
    for (auto& stream : streams_) {
      while (stream->Read(&ignored)) {
      }
      stream->Finish();
    }
  }

 private:
  v1::WatchRolloutRequest request_;
  std::vector<std::unique_ptr<v1::RolloutService::Stub>> stubs_;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchRolloutResponse>>> streams_;
};

}  // namespace

TEST_CASE("four scrapers that never pause cost clients nothing") {
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address()));
  const auto expected = ConverseAtOnce(proxy.Port(), 3, 100);
  std::atomic<bool> ending{false};
  std::atomic<int> pages{0};
  std::vector<std::thread> scrapers;
  for (int i = 0; i < 4; ++i) {
    scrapers.emplace_back([&] {
      while (!ending) {
        pages += proxy.Status("/metrics").Status() == 200 ? 1 : 0;
        LetPass(1);
      }
    });
  }
  const auto conversations = ConverseAtOnce(proxy.Port(), 3, 100);
  ending = true;
  for (std::thread& scraper : scrapers) scraper.join();
  CHECK(FirstDifference(conversations, expected) == "");
  CHECK(Slowest(conversations) < kNoClientWaits);
  CHECK(pages > 20);
}

TEST_CASE("watchers that never read cost clients and operators nothing") {
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"));
  const auto expected = ConverseAtOnce(proxy.Port(), 3, 100);
  AdminClient admin(proxy.AdminAddress());
  const SilentWatchers watchers(proxy.AdminAddress(), 12);
  admin.Begin("all");
  // Each command is a change that every watcher is told of.
  std::thread commands([&] {
    for (int i = 0; i < 40; ++i) {
      CHECK_NOTHROW(admin.SetWeight("all", i % 2 == 0 ? 0.2 : 0));
      CHECK_NOTHROW(admin.Get("all"));
    }
  });
  const auto conversations = ConverseAtOnce(proxy.Port(), 3, 100);
  commands.join();
  CHECK(FirstDifference(conversations, expected) == "");
  CHECK(Slowest(conversations) < kNoClientWaits);
  CHECK_NOTHROW(admin.Kill("all"));
  CHECK(RunningProxy::Eventually([&] { return InFlight(proxy) == 0; }));
}
