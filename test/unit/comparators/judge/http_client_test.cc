// Asking over HTTP: whole answers, broken ones, deadlines and the end.
#include "comparators/judge/http_client.h"

#include <catch2/catch.hpp>
#include <thread>

#include "test/support/fake_upstream.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpEndpoint At(const FakeUpstream& server) {
  return HttpEndpoint::Parse("http://" + server.Address() + "/judge?x=1").value();
}

absl::StatusOr<HttpReply> Ask(const FakeUpstream& server, milliseconds timeout = seconds(10)) {
  return HttpClient().Post(At(server), "X-More: yes\r\n", "{\"a\":1}", timeout);
}

}  // namespace

TEST_CASE("a question is one POST of JSON, and its answer comes back whole") {
  const FakeUpstream server(JsonAnswer("{\"divergence\":0}"));
  const auto reply = Ask(server);
  REQUIRE(reply.ok());
  CHECK(reply->status == 200);
  CHECK(reply->body == "{\"divergence\":0}");
  REQUIRE(server.WaitForRequests(1));
  const HttpText request = server.Requests().front();
  CHECK(request.start_line == "POST /judge?x=1 HTTP/1.1");
  CHECK(request.body == "{\"a\":1}");
  CHECK(request.Field("host") == server.Address());
  CHECK(request.Field("content-type") == "application/json");
  CHECK(request.Field("content-length") == "7");
  CHECK(request.Field("x-more") == "yes");
}

TEST_CASE("an answer may be chunked, in pieces, after interim ones, or end with the connection") {
  for (const std::vector<std::string>& pieces : std::vector<std::vector<std::string>>{
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "0\r\n\r\n"},
           {"HTTP/1.1 200 OK\r\nContent-Le", "ngth: 2\r\n\r\n{", "}"},
           {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"},
           {"HTTP/1.0 200 OK\r\n\r\n{", "}"}}) {
    const FakeUpstream server([&](FakeUpstream::Connection& connection, const HttpText&) {
      for (const std::string& piece : pieces) {
        connection.socket.Send(piece);
        connection.Pause(5);
      }
      return false;
    });
    const auto reply = Ask(server);
    INFO(pieces.front() << reply.status().ToString());
    REQUIRE(reply.ok());
    CHECK(reply->status == 200);
    CHECK(reply->body == "{}");
  }
}

TEST_CASE("an answer that is none, is cut or is too long is an error") {
  for (const std::string& bytes :
       {std::string(), std::string("SSH-2.0-x\r\n\r\n"), std::string("HTTP/1.1 200 OK\r\nConte"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}"),
        "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\n" + std::string(1'100'000, 'x')}) {
    const FakeUpstream server([&](FakeUpstream::Connection& connection, const HttpText&) {
      connection.socket.Send(bytes);
      return false;
    });
    const auto reply = Ask(server);
    INFO(bytes.substr(0, 60) << reply.status().ToString());
    CHECK(absl::IsInternal(reply.status()));
  }
}

TEST_CASE("nobody who listens is an error at once") {
  std::uint16_t port = 0;
  {
    const FakeUpstream gone(JsonAnswer("{}"));
    port = gone.Port();
  }
  const auto endpoint = HttpEndpoint::Parse("http://127.0.0.1:" + std::to_string(port) + "/");
  const absl::Status refused = HttpClient().Post(*endpoint, "", "{}", seconds(10)).status();
  CHECK(absl::IsInternal(refused));
  CHECK(refused.message().find("refused") != absl::string_view::npos);
}

TEST_CASE("a judge that does not answer costs its deadline, and the end does not wait for it") {
  const FakeUpstream server([](FakeUpstream::Connection& connection, const HttpText&) {
    connection.Pause(10'000);
    return false;
  });
  CHECK(absl::IsDeadlineExceeded(Ask(server, milliseconds(30)).status()));
  HttpClient client;
  absl::Status status;
  std::thread asking([&] { status = client.Post(At(server), "", "{}", seconds(60)).status(); });
  CHECK(server.WaitForRequests(2));
  client.End();
  asking.join();
  CHECK(absl::IsCancelled(status));
  CHECK(absl::IsCancelled(client.Post(At(server), "", "{}", seconds(60)).status()));
}

}  // namespace understudy
