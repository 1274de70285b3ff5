// When the events of streamed answers came, through the whole proxy: from both arms' sockets to the
// values that checks look at and to divergence records.
#include <catch2/catch.hpp>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

std::string Event(std::string_view choice) {
  return "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0," +
         std::string(choice) + "}]}\n\n";
}

std::string Chunked(std::string_view text) {
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", text.size());
  return size + std::string(text) + "\r\n";
}

// Says its role at once, the first token after `first` milliseconds and the rest after `gap` more.
FakeUpstream::Script Streaming(int first, int gap, std::string_view last_word) {
  return [=, last = std::string(last_word)](FakeUpstream::Connection& connection, const HttpText&) {
    TestSocket& socket = connection.socket;
    socket.Send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n" +
        Chunked(Event(R"("delta":{"role":"assistant","content":""})")));
    connection.Pause(first);
    socket.Send(Chunked(Event(R"("delta":{"content":"one "})")));
    connection.Pause(gap);
    return socket.Send(Chunked(Event(R"("delta":{"content":")" + last + "\"}") +
                               Event(R"("delta":{},"finish_reason":"stop")") + "data: [DONE]\n\n") +
                       "0\r\n\r\n");
  };
}

constexpr std::string_view kValues =
    "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
    "    compare: {preset: openai-chat}\n"
    "    capture: {mode: diff, redact: [/choices/0/message/role]}\n"
    "    values:\n"
    "      - {name: first-token, measure: time_to_first_token, cap: 1000}\n"
    "      - {name: gap, measure: longest_gap, cap: 1000}\n"
    "      - {name: tokens, measure: output_tokens, cap: 10}\n";

const v1::ValueStatus& Value(const v1::CandidateStatus& status, const std::string& name) {
  for (const v1::ValueStatus& one : status.values()) {
    if (one.name() == name) return one;
  }
  throw std::runtime_error("nothing is shown of " + name);
}

}  // namespace

TEST_CASE("the first token's time and the longest gap are those of each arm's own stream") {
  FakeUpstream incumbent(Streaming(2, 100, "two"));
  FakeUpstream candidate(Streaming(100, 2, "three"));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(), kValues));
  constexpr int kRequests = 5;
  for (int i = 0; i < kRequests; ++i) {
    proxy.Post("/v1/chat/completions", R"({"messages":[],"temperature":0,"stream":true})");
  }
  AdminClient admin(proxy.AdminAddress());
  const auto shown = [&] { return admin.Get("all").status(); };
  REQUIRE(
      RunningProxy::Eventually([&] { return Value(shown(), "first-token").pairs() == kRequests; }));
  const v1::CandidateStatus status = shown();
  // Shares of a second, left open to a machine that is busy with other things: what comes late is
  // read late, and the gap behind it is the shorter for it.
  CHECK(Value(status, "first-token").incumbent() >= 0.002);
  CHECK(Value(status, "first-token").candidate() >= 0.100);
  CHECK(Value(status, "gap").incumbent() >= 0.030);
  CHECK(Value(status, "first-token").candidate() > Value(status, "first-token").incumbent());
  CHECK(Value(status, "tokens").incumbent() == Approx(0.2).margin(0.001));

  const v1::ListDivergencesResponse list = admin.Divergences("all");
  REQUIRE(list.divergences_size() > 0);
  const v1::StreamedAnswer& stream = list.divergences(0).candidate_answer().stream();
  CHECK(stream.events() == 5);
  CHECK(stream.finish_reason() == "stop");
  CHECK(stream.output_tokens() == 2);
  CHECK(stream.first_token().nanos() >= 100'000'000);
  // The record has the answer that was compared, not the events it came in.
  const v1::Divergence whole = admin.Divergence(list.divergences(0).id());
  CHECK(whole.candidate_answer().body().find(R"("content":"one three")") != std::string::npos);
  CHECK(whole.candidate_answer().body().find("assistant") == std::string::npos);
}
