// What a client gets when the incumbent goes wrong: in time, with the right status, never a torn
// body that looks whole; and the next request after the fault is served.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "test/integration/faults/servers/faults.h"
#include "test/support/running_proxy.h"

using namespace understudy;
using std::chrono::milliseconds;

namespace {

using Clock = std::chrono::steady_clock;

// Few connections, so that one which is not given back is missed soon.
constexpr const char* kImpatient =
    ", pool: {max_connections: 2}, timeouts: {connect: 300ms, first_byte: 250ms, idle: 250ms";
// Only an answer without end needs a limit for the whole of it.
constexpr const char* kTotal = ", total: 500ms";
// The longest of these timeouts, some ticks, and what a busy machine takes.
constexpr auto kLongest = milliseconds(2000);
constexpr int kPatienceMs = 3000;

struct Expected {
  std::string fault;
  int status;
  std::string reason;  // of an answer made by the proxy
  bool whole = true;
};

// The final answer to a POST that no socket buffer holds, and how long it took.
struct Got {
  HttpText answer;
  Clock::duration took{};
};

Got AskWithLargeBody(const RunningProxy& proxy) {
  const auto begin = Clock::now();
  const TestSocket client = proxy.Connect();
  // The proxy may answer and close before it has all of it.
  std::thread sender([&client] {
    client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n" +
                std::string(8'000'000, 'b'));
  });
  // An answer without end is not read for ever.
  std::atomic<bool> read{false};
  std::thread patience([&] {
    RunningProxy::Eventually([&] { return read.load(); }, kPatienceMs);
    ::shutdown(client.Descriptor(), SHUT_RDWR);
  });
  HttpReader reader(client);
  Got got{reader.Read(), {}};
  while (got.answer.whole && got.answer.Status() < 200) got.answer = reader.Read();
  got.took = Clock::now() - begin;
  read = true;
  patience.join();
  sender.join();
  return got;
}

bool Served(const RunningProxy& proxy) { return proxy.Post("/x", "{}").Status() == 200; }

void FailsInTimeAndRecovers(const Expected& expected) {
  INFO("the incumbent: " << expected.fault);
  FaultyServer incumbent(FaultNamed(expected.fault));
  const bool endless = expected.status == 200;
  RunningProxy proxy(
      OneModel(incumbent.Address(), std::string(kImpatient) + (endless ? kTotal : "") + "}"));
  for (int i = 0; i < 3; ++i) {
    const Got got = AskWithLargeBody(proxy);
    CHECK(got.took < kLongest);
    CHECK(got.answer.Status() == expected.status);
    CHECK(got.answer.Field("x-understudy-reason").value_or("") == expected.reason);
    CHECK(got.answer.whole == expected.whole);
  }
  incumbent.Heal();
  // Within a second an endpoint is tried again, however it failed.
  CHECK(RunningProxy::Eventually([&] { return Served(proxy); }, 1000));
  for (int i = 0; i < 4; ++i) CHECK(Served(proxy));
}

}  // namespace

TEST_CASE("an incumbent that breaks before its answer gives a status and a reason in time") {
  FailsInTimeAndRecovers(GENERATE(values<Expected>({
      {"refuses", 502, "connect_refused"},
      {"accepts and closes", 502, "reset"},
      {"garbage", 502, "invalid_answer"},
      {"floods interim answers", 502, "invalid_answer"},
  })));
}

TEST_CASE("an incumbent that keeps silent gives a 504 in time") {
  FailsInTimeAndRecovers(GENERATE(values<Expected>({
      {"black hole", 504, "first_byte_timeout"},
      {"never reads", 504, "first_byte_timeout"},
      {"reads a byte a second", 504, "first_byte_timeout"},
      {"answers a byte a second", 504, "first_byte_timeout"},
      {"never accepts", 504, "connect_timeout"},
  })));
}

TEST_CASE("an incumbent that breaks inside its answer never gives one that looks whole") {
  FailsInTimeAndRecovers(GENERATE(values<Expected>({
      {"resets inside the body", 200, "", false},
      {"endless chunks", 200, "", false},
      {"endless until close", 200, "", false},
  })));
}

TEST_CASE("an incumbent that answers before the request's end, late or at length is passed on") {
  FailsInTimeAndRecovers(GENERATE(values<Expected>({
      {"answers before the request's end", 200, ""},
      {"ten times slower", 200, ""},
      {"answers at length", 200, ""},
  })));
}

TEST_CASE("the total timeout holds while a connection is opened, too") {
  FaultyServer incumbent(FaultNamed("never accepts"));
  RunningProxy proxy(OneModel(incumbent.Address(), ", timeouts: {total: 200ms}"));
  const auto begin = Clock::now();
  const HttpText answer = proxy.Post("/x", "{}");
  CHECK(Clock::now() - begin < milliseconds(1000));
  CHECK(answer.Status() == 504);
  CHECK(answer.Field("x-understudy-reason") == "total_timeout");
}

TEST_CASE("the total timeout holds while no connection is free, too") {
  FaultyServer incumbent(FaultNamed("black hole"));
  RunningProxy proxy(
      OneModel(incumbent.Address(), ", pool: {max_connections: 1}, timeouts: {total: 200ms}"));
  std::vector<TestSocket> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(proxy.Connect());
    clients.back().Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  const auto begin = Clock::now();
  for (const TestSocket& client : clients) {
    HttpReader reader(client);
    const HttpText answer = reader.Read();
    CHECK(answer.Status() / 100 == 5);
    CHECK(answer.whole);
  }
  CHECK(Clock::now() - begin < milliseconds(1000));
}

TEST_CASE("a client that leaves while its connection is opened gives its place back") {
  FaultyServer incumbent(FaultNamed("never accepts"));
  RunningProxy proxy(OneModel(incumbent.Address(), ", pool: {max_connections: 1}"));
  {
    const TestSocket client = proxy.Connect();
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(RunningProxy::Eventually(
        [&] { return proxy.Metric("understudy_upstream_connects_total") == 1; }));
  }
  incumbent.Heal();
  const auto begin = Clock::now();
  CHECK(Served(proxy));
  CHECK(Clock::now() - begin < milliseconds(2000));
}
