// What a cluster changes of a request: authority, path, fields, values in the body.
#include <catch2/catch.hpp>

#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

TEST_CASE("a cluster's fields are set and removed on its copy alone") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{}"));
  RunningProxy proxy("workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + incumbent.Address() +
                     "\"]}\n  - {name: v2, endpoints: [\"" + candidate.Address() +
                     "\"], headers: {set: {x-model: b}, remove: [x-debug]}, authority: upstream, "
                     "path_prefix: /beta, body: {set: {/model: \"llama-b\"}}}\nroutes:\n"
                     "  - {name: all, match: {path_prefix: /}, effects: pure, incumbent: v1, "
                     "candidates: [{cluster: v2, mirror: {rate: 1.0}}]}\n");
  const HttpText answer = proxy.Post("/v1/chat?a=1", "{\"model\": \"llama-a\", \"n\": 1.50}",
                                     "x-model: a\r\nx-debug: 1\r\n");
  CHECK(answer.Status() == 200);
  const HttpText first = incumbent.Requests().at(0);
  CHECK(first.Field("x-model") == "a");
  CHECK(first.Field("x-debug") == "1");
  CHECK(first.Field("host") == "models.example");
  CHECK(first.body == "{\"model\": \"llama-a\", \"n\": 1.50}");
  REQUIRE(candidate.WaitForRequests(1));
  const HttpText second = candidate.Requests().at(0);
  CHECK(second.start_line == "POST /beta/v1/chat?a=1 HTTP/1.1");
  CHECK(second.Field("x-model") == "b");
  CHECK(second.Count("x-model") == 1);
  CHECK_FALSE(second.Field("x-debug"));
  CHECK(second.Field("host") == candidate.Address());
  CHECK(second.body == "{\"model\": \"llama-b\", \"n\": 1.50}");
  CHECK(second.Field("content-length") == std::to_string(second.body.size()));
}

TEST_CASE("a serving cluster's body is rewritten, too, also when it arrives in pieces") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer(request.body));
  });
  RunningProxy proxy(OneModel(model.Address(), ", body: {set: {/model: \"b\"}}"));
  const TestSocket client = proxy.Connect();
  client.Send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"mod\r\n");
  LetPass(10);  // two reads, most likely
  client.Send("7\r\nel\":1 }\r\n0\r\n\r\n");
  HttpReader reader(client);
  CHECK(reader.Read().body == "{\"model\":\"b\" }");
}

TEST_CASE("a body that is no JSON passes unchanged") {
  FakeUpstream model([](FakeUpstream::Connection& c, const HttpText& request) {
    return c.socket.Send(JsonAnswer(request.body));
  });
  RunningProxy proxy(OneModel(model.Address(), ", body: {set: {/model: \"b\"}}"));
  CHECK(proxy.Post("/x", "{\"model\": ").body == "{\"model\": ");
  CHECK(proxy.Post("/x", "").Status() == 200);
}
