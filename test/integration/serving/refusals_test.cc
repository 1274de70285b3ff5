// What is refused at the door: 400 and friends, the connection closed, and nothing passed on.
#include <catch2/catch.hpp>
#include <future>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

struct Refused {
  std::string what;
  std::string bytes;
  int status;
};

std::string Large(std::string_view name, std::size_t bytes) {
  std::string line(name);
  line.append(": ").append(bytes, 'a').append("\r\n");
  return line;
}

std::string Many(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += "X-" + std::to_string(i) + ": 1\r\n";
  return all;
}

}  // namespace

TEST_CASE("a request that two readers could read in two ways is refused and never passed on") {
  const std::string get = "GET /x HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST /x HTTP/1.1\r\nHost: a\r\n";
  const auto refused = GENERATE_COPY(values<Refused>({
      {"a length with chunks",
       post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", 400},
      {"a list of lengths", post + "Content-Length: 5, 6\r\n\r\nhello!", 400},
      {"a signed length", post + "Content-Length: +5\r\n\r\nhello", 400},
      {"a length too large to count", post + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"a chunk size that is none", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", 400},
      {"a chunk size with a sign", post + "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n", 400},
      {"a chunk size without bound",
       post + "Transfer-Encoding: chunked\r\n\r\n" + std::string(40, 'f') + "\r\nabc\r\n", 400},
      {"a chunk longer than its size",
       post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400},
      {"chunked not last", post + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400},
      {"chunked twice", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
      {"a bare CR in a value", get + "A: b\rc\r\n\r\n", 400},
      {"a bare CR in the target", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"a NUL", get + std::string("A: b\0c\r\n\r\n", 10), 400},
      {"whitespace before the colon", get + "A : b\r\n\r\n", 400},
      {"whitespace before the first field", "GET /x HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"a folded field", get + "A: b\r\n c\r\n\r\n", 400},
      {"no host", "GET /x HTTP/1.1\r\nA: b\r\n\r\n", 400},
      {"two hosts", get + "Host: b\r\n\r\n", 400},
      {"a field without a colon", get + "nonsense\r\n\r\n", 400},
      {"a field without a name", get + ": b\r\n\r\n", 400},
      {"a target with a space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no version", "GET /x\r\nHost: a\r\n\r\n", 400},
      {"a version from the future", "GET /x HTTP/3.0\r\nHost: a\r\n\r\n", 505},
      {"too large a head", get + Large("A", 70000) + "\r\n", 431},
      {"too many fields", get + Many(120) + "\r\n", 431},
      {"an expectation we do not know", post + "Expect: magic\r\nContent-Length: 0\r\n\r\n", 417},
      {"TLS on a plain port",
       std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
  }));
  INFO(refused.what);
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  // A second request behind it must not be read out of the wreck of the first.
  client.Send(refused.bytes + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == refused.status);
  CHECK(answer.Field("connection") == "close");
  CHECK(answer.Field("x-understudy-reason"));
  CHECK(reader.AtEnd());
  for (const HttpText& seen : model.Requests()) {
    CHECK(seen.start_line.find("smuggled") == std::string::npos);
  }
}

TEST_CASE("a body beyond the limit is a 413, whether its length was told or not") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {body_bytes: 1KiB}\n" + OneModel(model.Address()));
  const std::string body(5000, 'x');
  const std::string framing =
      GENERATE_COPY(as<std::string>{}, "Content-Length: 5000\r\n\r\n" + body,
                    "Transfer-Encoding: chunked\r\n\r\n1388\r\n" + body + "\r\n0\r\n\r\n");
  const HttpText answer = proxy.Ask("POST /x HTTP/1.1\r\nHost: a\r\n" + framing);
  CHECK(answer.Status() == 413);
  CHECK(model.Requests().empty());
}

TEST_CASE("a head that does not arrive in time is a 408") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "header: 60ms");
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHos");
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 408);
  CHECK(reader.AtEnd());
}

TEST_CASE("a client that trickles its head is cut off at the limit, not at each byte") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "header: 150ms");
  const TestSocket client = proxy.Connect();
  const std::string head = "GET /x HTTP/1.1\r\nHost: a\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n\r\n";
  for (const char c : head) {
    if (!client.Send(std::string(1, c)) || client.WaitReadable(8)) break;
  }
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 408);
}

TEST_CASE("a body that stops arriving is a 408 and the upstream is let go") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "body_idle: 60ms");
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 408);
  CHECK(answer.Field("x-understudy-reason") == "body_timeout");
}

TEST_CASE("an idle connection is closed after its time without a word") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()), "idle: 60ms");
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(reader.Read().Status() == 200);
  CHECK(reader.AtEnd());
}

TEST_CASE("a malformed chunk behind a good one ends the request and the upstream's copy of it") {
  std::promise<std::string> got;
  FakeUpstream model = FakeUpstream::Raw([&got](FakeUpstream::Connection& c, const HttpText&) {
    got.set_value(c.reader.Rest(2000));
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK(RunningProxy::Eventually([&] { return model.Connections() == 1; }));
  client.Send("nonsense\r\n");
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 400);
  CHECK(reader.AtEnd());
  CHECK(got.get_future().get().find("0\r\n\r\n") == std::string::npos);
}

TEST_CASE("a malformed chunk that is there as soon as the good ones before it is refused, too") {
  FakeUpstream upstream([](FakeUpstream::Connection& connection, const HttpText&) {
    connection.Pause(3000);  // waits for a body that will not come whole
    return false;
  });
  RunningProxy proxy(OneModel(upstream.Address()));
  const std::string good = "4000\r\n" + std::string(0x4000, 'g') + "\r\n";
  const auto begin = std::chrono::steady_clock::now();
  const HttpText answer = proxy.Ask(
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + good + "zz\r\n");
  CHECK(answer.Status() == 400);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}

TEST_CASE("a client beyond the limit of connections is told so") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy("limits: {connections: 2}\n" + OneModel(model.Address()));
  std::vector<TestSocket> open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(proxy.Connect());
    open.back().Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    HttpReader reader(open.back());
    CHECK(reader.Read().Status() == 200);
  }
  const HttpText answer = proxy.Ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(answer.Status() == 503);
  CHECK(answer.Field("x-understudy-reason") == "too_many_connections");
}
