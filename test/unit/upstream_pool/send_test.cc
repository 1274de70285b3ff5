// How choosing, connecting and counting work together when requests are sent.
#include "proxy/wire/send.h"

#include <catch2/catch.hpp>

#include "test/support/fake_endpoint.h"
#include "test/support/run_until.h"
#include "test/unit/upstream_pool/pool_fixture.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;

// A port whose connects hang: its queue of connections is full and nobody accepts.
class HangingPort {
 public:
  explicit HangingPort(Loop& loop) : acceptor_(loop) {
    const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
    acceptor_.open(any.protocol());
    acceptor_.bind(any);
    acceptor_.listen(0);
    for (int i = 0; i < 2; ++i) {
      fillers_.emplace_back(loop);
      fillers_.back().async_connect(acceptor_.local_endpoint(), [](error_code) {});
    }
  }
  SocketAddress Address() const {
    const std::uint16_t port = acceptor_.local_endpoint().port();
    return {"127.0.0.1", port, "127.0.0.1:" + std::to_string(port)};
  }

 private:
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_;
  std::vector<Socket> fillers_;
};

// A bodyless GET and what became of it.
struct OneRequest {
  OneRequest() {
    RequestHead parsed;
    REQUIRE_FALSE(ParseRequestHead(kText, HeadLimits(), parsed));
    head = parsed;
  }
  static constexpr std::string_view kText = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
  RequestHead head;
  SliceList nothing;
  RequestBody body{nothing};
  Outbound out;
  Exchange exchange;
  bool ended = false;
};

Task<> RunOne(Worker& worker, OneRequest& request) {
  co_await Send(worker, request.out, request.exchange);
  request.ended = true;
}

struct SendFixture {
  ~SendFixture() { worker.EndAll(); }

  void Make(const std::vector<SocketAddress>& endpoints, LoadBalancing policy) {
    Cluster config;
    config.name = "v1";
    config.load_balancing = policy;
    config.endpoints = endpoints;
    config.timeouts.connect = milliseconds(200);
    pool = std::make_shared<UpstreamCluster>(worker, config, boards.For(config));
  }
  std::unique_ptr<OneRequest> Begin(std::uint64_t capture_limit = 0) {
    auto request = std::make_unique<OneRequest>();
    request->out.cluster = pool;
    request->out.head = &request->head;
    request->out.body = &request->body;
    request->out.may_repeat = true;
    request->out.capture_limit = capture_limit;
    request->out.first_byte = std::chrono::seconds(5);
    asio::co_spawn(worker.GetExecutor(), RunOne(worker, *request), asio::detached);
    return request;
  }
  ExchangeOutcome End(OneRequest& request) {
    REQUIRE(RunUntil(worker, [&] { return request.ended; }));
    return request.exchange.result.outcome;
  }
  ExchangeOutcome SendOne() {
    const auto request = Begin();
    return End(*request);
  }
  // Requests under way, as the pool counts them.
  int InFlight(std::size_t endpoints) {
    int sum = 0;
    for (std::size_t i = 0; i < endpoints; ++i) sum += pool->Choose(SteadyTime{})->in_flight;
    return sum;
  }

  TrafficBook book{1, 0};
  Worker worker{0, 1, Limits(), book};
  HealthBoards boards;
  std::shared_ptr<UpstreamCluster> pool;
};

TEST_CASE("requests one after the other reach every endpoint under either policy") {
  for (const auto policy : {LoadBalancing::kRoundRobin, LoadBalancing::kLeastRequest}) {
    SendFixture f;
    FakeEndpoint first(f.worker.context), second(f.worker.context);
    f.Make({first.Address(), second.Address()}, policy);
    for (int i = 0; i < 10; ++i) CHECK(f.SendOne() == ExchangeOutcome::kAnswered);
    CHECK(first.heads.size() == 5);
    CHECK(second.heads.size() == 5);
    CHECK(first.connections == 1);
    f.worker.EndAll();
  }
}

TEST_CASE("a request on a stale connection is repeated, and neither attempt stays in flight") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  endpoint.answers_per_connection = 1;
  f.Make({endpoint.Address()}, LoadBalancing::kLeastRequest);
  for (int i = 0; i < 4; ++i) CHECK(f.SendOne() == ExchangeOutcome::kAnswered);
  CHECK(f.book.Process().At(0).upstream_retries.Value() == 3);
  CHECK(f.InFlight(1) == 0);
  f.worker.EndAll();
}

TEST_CASE("a refused connect goes to the next endpoint, and none stays in flight") {
  SendFixture f;
  FakeEndpoint dead(f.worker.context), alive(f.worker.context);
  dead.Refuse();
  f.Make({dead.Address(), alive.Address()}, LoadBalancing::kRoundRobin);
  for (int i = 0; i < 20; ++i) CHECK(f.SendOne() == ExchangeOutcome::kAnswered);
  CHECK(alive.heads.size() == 20);
  // Five in a row eject it; then it is left alone for half a second.
  CHECK(f.book.Process().At(0).upstream_connects.Value() <= 5 + 5 + 1);
  CHECK(f.InFlight(2) == 0);
  f.worker.EndAll();
}

TEST_CASE("an endpoint whose connects hang does not attract the requests of busy ones") {
  SendFixture f;
  FakeEndpoint busy(f.worker.context);
  busy.answer = "";
  HangingPort hanging(f.worker.context);
  f.Make({busy.Address(), hanging.Address()}, LoadBalancing::kLeastRequest);
  std::vector<std::unique_ptr<OneRequest>> requests;
  for (int i = 0; i < 10; ++i) {
    requests.push_back(f.Begin());
    f.worker.context.poll();
  }
  REQUIRE(RunUntil(f.worker, [&] { return busy.heads.size() >= 5; }));
  CHECK(busy.heads.size() == 5);
  f.worker.EndAll();
}

TEST_CASE("at the connection limit a request waits for the connection that comes back") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  f.Make({endpoint.Address()}, LoadBalancing::kRoundRobin);
  Cluster config = f.pool->Config();
  config.pool.max_connections = 2;
  f.pool = std::make_shared<UpstreamCluster>(f.worker, config, f.boards.For(config));
  std::vector<std::unique_ptr<OneRequest>> requests;
  for (int i = 0; i < 50; ++i) requests.push_back(f.Begin());
  for (auto& request : requests) CHECK(f.End(*request) == ExchangeOutcome::kAnswered);
  CHECK(endpoint.connections == 2);
  CHECK(endpoint.heads.size() == 50);
  f.worker.EndAll();
}

TEST_CASE("at the connection limit a request that gets no place in time fails with that outcome") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  endpoint.answer = "";
  f.Make({endpoint.Address()}, LoadBalancing::kRoundRobin);
  Cluster config = f.pool->Config();
  config.pool.max_connections = 1;
  config.timeouts.connect = milliseconds(10);
  f.pool = std::make_shared<UpstreamCluster>(f.worker, config, f.boards.For(config));
  const auto holding = f.Begin();
  REQUIRE(RunUntil(f.worker, [&] { return endpoint.heads.size() == 1; }));
  CHECK(f.SendOne() == ExchangeOutcome::kPoolExhausted);
  CHECK(f.InFlight(1) == 1);
  f.worker.EndAll();
}

TEST_CASE("a loop that ends while requests wait for a place leaves nothing behind") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  endpoint.answer = "";
  f.Make({endpoint.Address()}, LoadBalancing::kRoundRobin);
  Cluster config = f.pool->Config();
  config.pool.max_connections = 1;
  f.pool = std::make_shared<UpstreamCluster>(f.worker, config, f.boards.For(config));
  std::vector<std::unique_ptr<OneRequest>> requests;
  for (int i = 0; i < 5; ++i) requests.push_back(f.Begin());
  REQUIRE(RunUntil(f.worker, [&] { return endpoint.heads.size() == 1; }));
  f.worker.context.poll();
  f.worker.EndAll();
  CHECK(f.InFlight(1) == 0);
  CHECK(f.pool->open_connections == 0);
}

TEST_CASE("of a captured answer that comes in parts it is kept when how much had come") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  endpoint.answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
  f.Make({endpoint.Address()}, LoadBalancing::kRoundRobin);
  const auto request = f.Begin(1u << 20);
  const auto& arrivals = request->exchange.arrivals;
  REQUIRE(RunUntil(f.worker, [&] { return arrivals.size() == 1; }));
  endpoint.Write("6\r\nsecond\r\n");
  REQUIRE(RunUntil(f.worker, [&] { return arrivals.size() == 2; }));
  endpoint.Write("0\r\n\r\n");
  REQUIRE(f.End(*request) == ExchangeOutcome::kAnswered);
  REQUIRE(arrivals.size() == 3);
  CHECK(arrivals[0].bytes == 5);
  CHECK(arrivals[1].bytes == 11);
  CHECK(arrivals[2].bytes == 11);
  CHECK(arrivals[0].after >= request->exchange.result.first_byte);
  CHECK(arrivals[0].after < arrivals[1].after);
  CHECK(arrivals[2].after <= request->exchange.result.latency);
  f.worker.EndAll();
}

TEST_CASE("an answer that comes in one piece needs no times of its own") {
  SendFixture f;
  FakeEndpoint endpoint(f.worker.context);
  f.Make({endpoint.Address()}, LoadBalancing::kRoundRobin);
  const auto request = f.Begin(1u << 20);
  REQUIRE(f.End(*request) == ExchangeOutcome::kAnswered);
  CHECK(request->exchange.captured);
  CHECK(request->exchange.arrivals.empty());
  f.worker.EndAll();
}

}  // namespace
}  // namespace understudy
