// What passes through: methods, heads, bodies of every framing, interim answers, pipelines.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE("a request and its answer pass through unchanged but for hop-by-hop fields") {
  FakeUpstream model(
      JsonAnswer("{\"a\": 1}", 200, "X-Model: m\r\nConnection: x-hop\r\nX-Hop: 1\r\n"));
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer =
      proxy.Post("/v2/m?q=%20a", "{\"b\": 2}",
                 "X-Custom:  spaced value \r\nConnection: keep-alive, x-gone\r\n"
                 "X-Gone: 1\r\nTE: trailers\r\nAuthorization: Bearer t\r\n");
  REQUIRE(answer.whole);
  CHECK(answer.Status() == 200);
  CHECK(answer.body == "{\"a\": 1}");
  CHECK(answer.Field("x-model") == "m");
  CHECK_FALSE(answer.Field("x-hop"));
  CHECK_FALSE(answer.Field("via"));
  const HttpText seen = model.Requests().at(0);
  CHECK(seen.start_line == "POST /v2/m?q=%20a HTTP/1.1");
  CHECK(seen.body == "{\"b\": 2}");
  CHECK(seen.Field("x-custom") == "spaced value");
  CHECK(seen.Field("authorization") == "Bearer t");
  CHECK(seen.Field("host") == "models.example");
  CHECK_FALSE(seen.Field("x-gone"));
  CHECK(seen.Field("x-forwarded-for") == "127.0.0.1");
  CHECK(seen.Field("x-forwarded-proto") == "http");
  CHECK(seen.Field("x-forwarded-host") == "models.example");
}

TEST_CASE("one connection carries many requests, and so does the upstream's") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 50; ++i) {
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    const HttpText answer = reader.Read();
    REQUIRE(answer.whole);
    REQUIRE(answer.Status() == 200);
  }
  CHECK(model.Connections() == 1);
}

TEST_CASE("pipelined requests are answered in their order") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer("\"" + request.start_line + request.body + "\""));
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string body = "body" + std::to_string(i);
    all += "POST /" + std::to_string(i) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  }
  client.Send(all);
  HttpReader reader(client);
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    CHECK(reader.Read().body == "\"POST /" + n + " HTTP/1.1body" + n + "\"");
  }
}

TEST_CASE("a chunked request with extensions and trailers arrives as its payload") {
  FakeUpstream model(JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer = proxy.Ask(
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");
  CHECK(answer.Status() == 200);
  const HttpText seen = model.Requests().at(0);
  CHECK(seen.body == "hello world");
  CHECK(seen.trailers == "X-Sum: 11\r\n");
}

TEST_CASE("a chunked answer keeps its chunks' payload and its trailers") {
  FakeUpstream model(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n"
      "X-Sum: 7\r\n\r\n");
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer = proxy.Ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(answer.whole);
  CHECK(answer.body == "abcdefg");
  CHECK(answer.trailers == "X-Sum: 7\r\n");
  CHECK_FALSE(answer.Field("content-length"));
}

TEST_CASE("an answer that ends with its connection has an end of its own for HTTP/1.1 clients") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send("HTTP/1.1 200 OK\r\n\r\nfirst ");
    c.Pause(20);
    c.socket.Send("second");
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 2; ++i) {
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    const HttpText answer = reader.Read();
    REQUIRE(answer.whole);
    CHECK(answer.chunked);
    CHECK(answer.body == "first second");
  }
}

TEST_CASE("an HTTP/1.0 client gets the payload of a chunked answer and its end by closing") {
  FakeUpstream model(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  RunningProxy proxy(OneModel(model.Address()));
  const HttpText answer = proxy.Ask("GET /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(answer.whole);
  CHECK_FALSE(answer.chunked);
  CHECK(answer.body == "abcdefg");
}

TEST_CASE("answers without a body end where their head ends") {
  const std::string head = GENERATE(as<std::string>{}, "HTTP/1.1 204 No Content\r\n\r\n",
                                    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  FakeUpstream model(head);
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 3; ++i) {
    client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(reader.Read().whole);
  }
  CHECK(model.Connections() == 1);
}

TEST_CASE("an answer to HEAD has a length and no body") {
  FakeUpstream model("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n");
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  HttpReader reader(client);
  for (int i = 0; i < 3; ++i) {
    client.Send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
    const HttpText answer = reader.Read(true);
    CHECK(answer.Status() == 200);
    CHECK(answer.Field("content-length") == "12");
  }
  CHECK(model.Connections() == 1);
}

TEST_CASE("interim answers are passed on before the final one") {
  FakeUpstream model(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" +
      JsonAnswer("{}"));
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  const HttpText hints = reader.Read();
  CHECK(hints.Status() == 103);
  CHECK(hints.Field("link") == "</a>");
  CHECK(reader.Read().Status() == 102);
  CHECK(reader.Read().Status() == 200);
}

TEST_CASE("a client that expects 100-continue is invited and then served") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer("\"" + request.body + "\""));
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  HttpReader reader(client);
  CHECK(reader.Read().Status() == 100);
  client.Send("hello");
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 200);
  CHECK(answer.body == "\"hello\"");
}

TEST_CASE("a streaming answer reaches the client while it is being made") {
  std::atomic<bool> go{false};
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    c.socket.Send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
    while (!go && !c.ending) c.Pause(5);
    return c.socket.Send("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  HttpReader reader(client);
  reader.ReadHead();
  CHECK(reader.AtLeast(14) == "9\r\ndata: 1\n\n\r\n");
  go = true;
  CHECK(reader.AtLeast(19) == "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
}

TEST_CASE("large bodies pass both ways whole") {
  const std::string chunk(1000, 'x');
  std::string large;
  for (int i = 0; i < 5000; ++i) large += chunk + std::to_string(i);
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer(request.body));
  });
  RunningProxy proxy(OneModel(model.Address()));
  for (int i = 0; i < 3; ++i) {
    const HttpText answer = proxy.Post("/x", large);
    REQUIRE(answer.whole);
    CHECK(answer.body == large);
  }
}

TEST_CASE("a client that reads late gets a large answer whole") {
  const std::string large(32u << 20, 'y');
  FakeUpstream model([&](FakeUpstream::Connection& c, const HttpText&) {
    return c.socket.Send(JsonAnswer(large));
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(model.WaitForRequests(1));
  LetPass(100);  // the sockets' buffers fill
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.whole);
  CHECK(answer.body.size() == large.size());
}

TEST_CASE("an answer before the request's end is delivered and the connection closes") {
  FakeUpstream model = FakeUpstream::Raw([](FakeUpstream::Connection& c, const HttpText&) {
    c.reader.ReadHead();
    c.socket.Send(JsonAnswer("{\"error\": \"too large\"}", 413));
    c.Pause(50);
    return false;
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\npart");
  HttpReader reader(client);
  const HttpText answer = reader.Read();
  CHECK(answer.Status() == 413);
  CHECK(answer.body == "{\"error\": \"too large\"}");
  CHECK(answer.Field("connection") == "close");
}

TEST_CASE("a client that ends its sending side still gets its answer") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText&) {
    c.Pause(120);
    return c.socket.Send(JsonAnswer("{\"late\": 1}"));
  });
  RunningProxy proxy(OneModel(model.Address()));
  const TestSocket client = proxy.Connect();
  client.Send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
  client.EndSending();
  HttpReader reader(client);
  HttpText answer = reader.Read();
  if (answer.Status() == 100) answer = reader.Read();
  CHECK(answer.Status() == 200);
  CHECK(answer.body == "{\"late\": 1}");
}
