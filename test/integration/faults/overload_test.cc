// Beyond its limits the proxy tells who it turns away, and gives up copies before clients.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

double Dropped(const RunningProxy& proxy, const std::string& reason) {
  return proxy.Metric("understudy_mirror_requests_total", "outcome=\"dropped\"",
                      "reason=\"" + reason + "\"");
}

// Keeps the worker behind: heads that take it long to read and no upstream to answer.
class HeavyWork {
 public:
  explicit HeavyWork(const RunningProxy& proxy) {
    for (int i = 0; i < 4; ++i) threads_.emplace_back([this, &proxy] { Send(proxy); });
  }
  ~HeavyWork() { End(); }
  void End() {
    ending_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int Wrong() const { return wrong_; }

 private:
  static constexpr int kConnections = 100;  // of each thread

  void Send(const RunningProxy& proxy) {
    std::string request = "GET /heavy HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 9000; ++i) request += "x-field-" + std::to_string(i) + ": abcdefgh\r\n";
    request += "\r\n";
    std::vector<TestSocket> clients;
    for (int i = 0; i < kConnections; ++i) clients.push_back(proxy.Connect());
    std::vector<HttpReader> readers(clients.begin(), clients.end());
    while (!ending_) {
      for (const TestSocket& client : clients) client.Send(request);
      for (HttpReader& reader : readers) wrong_ += reader.Read().Status() == 404 ? 0 : 1;
    }
  }

  std::atomic<bool> ending_{false};
  std::atomic<int> wrong_{0};
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_CASE("clients beyond the limit of connections are told so, whatever they have sent") {
  FaultyServer model({"well", EchoModel()});
  RunningProxy proxy(OneModel(model.Address()) + "limits: {connections: 3}\n");
  const std::size_t body = GENERATE(0u, 200u, 300'000u);
  std::vector<TestSocket> holding;
  for (int i = 0; i < 3; ++i) holding.push_back(proxy.Connect());
  CHECK(RunningProxy::Eventually([&] { return proxy.Metric("understudy_connections_open") == 3; }));
  for (int i = 0; i < 20; ++i) {
    const TestSocket client = proxy.Connect();
    client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body) +
                "\r\n\r\n" + std::string(body, 'b'));
    HttpReader reader(client);
    const HttpText answer = reader.Read();
    CHECK(answer.whole);
    CHECK(answer.Status() == 503);
    CHECK(answer.Field("retry-after") == "1");
    CHECK(answer.Field("x-understudy-reason") == "too_many_connections");
  }
  CHECK(proxy.Metric("understudy_connections_refused_total") == 20);
  // Those inside are served, and a place that becomes free is given again.
  holding.front().Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(HttpReader(holding.front()).Read().Status() == 200);
  holding.pop_back();
  CHECK(RunningProxy::Eventually([&] { return proxy.Post("/x", "{}").Status() == 200; }));
}

TEST_CASE("a worker that is behind gives up copies and serves its clients") {
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  RunningProxy proxy(
      "workers: 1\nlimits: {header_bytes: 1MiB, headers: 10000}\nclusters:\n"
      "  - {name: v1, endpoints: [\"" +
      incumbent.Address() + "\"]}\n  - {name: v2, endpoints: [\"" + candidate.Address() +
      "\"]}\nroutes:\n  - name: all\n    match: {path_prefix: /, methods: [POST]}\n"
      "    effects: pure\n    incumbent: v1\n"
      "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n");
  const auto ask = [&](int requests) {
    for (int i = 0; i < requests; ++i) {
      const std::string body = "{\"n\": " + std::to_string(i) + "}";
      const HttpText answer = proxy.Post("/x", body);
      CHECK(answer.Status() == 200);
      CHECK(answer.body.starts_with("{\"bytes\": " + std::to_string(body.size())));
    }
  };
  HeavyWork heavy(proxy);
  CHECK(RunningProxy::Eventually(
      [&] {
        ask(1);
        return Dropped(proxy, "worker_busy") >= 3;
      },
      20'000));
  heavy.End();
  CHECK(heavy.Wrong() == 0);
  // With time to spare, copies are sent again.
  LetPass(300);
  const double dropped = Dropped(proxy, "worker_busy");
  ask(5);
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_requests_total") ==
           proxy.Metric("understudy_mirror_eligible_total");
  }));
  CHECK(Dropped(proxy, "worker_busy") == dropped);
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_pairs_total") ==
           proxy.Metric("understudy_mirror_requests_total", "outcome=\"mirrored\"");
  }));
}
