// Assembling a stream: framing, offsets, ends, failures, faults and bounds, whatever the protocol.
#include "comparators/streams/assemble.h"

#include <string>

#include "comparators/streams/assemblies.h"
#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

const std::string kChunk = R"({"choices":[{"index":0,"delta":{"content":"a"}}]})";

TEST_CASE("the content-type tells a stream and its framing") {
  CHECK(IsStream("text/event-stream"));
  CHECK(IsStream("Text/Event-Stream ; charset=utf-8"));
  CHECK(FramingOf("text/event-stream;charset=utf-8") == StreamFraming::kSse);
  CHECK(FramingOf("application/x-ndjson") == StreamFraming::kJsonLines);
  CHECK(FramingOf("application/jsonl") == StreamFraming::kJsonLines);
  for (const std::string_view other :
       {"", "application/json", "text/event-streams", "text/plain"}) {
    CHECK_FALSE(IsStream(other));
  }
}

TEST_CASE("framing is as said, else by the content-type, else what the protocol is sent in") {
  const std::string sse = Sse({R"({"response":"a","done":true})"});
  const std::string lines = Lines({R"({"response":"a","done":true})"});
  const auto ends = [](std::string_view body, StreamFraming framing, std::string_view type) {
    const auto stream = AssembleStream(body, {.assembly = "ollama", .framing = framing}, type);
    return stream.ok() && stream->end == StreamEnd::kEnded;
  };
  CHECK(ends(lines, StreamFraming::kAuto, ""));
  CHECK(ends(lines, StreamFraming::kAuto, "application/x-ndjson"));
  CHECK(ends(sse, StreamFraming::kAuto, "text/event-stream"));
  CHECK(ends(sse, StreamFraming::kSse, "application/x-ndjson"));
  CHECK(ends(lines, StreamFraming::kJsonLines, "text/event-stream"));
  CHECK_FALSE(ends(lines, StreamFraming::kAuto, "text/event-stream"));
}

TEST_CASE("every assembly can be found, and an unknown one is answered with the nearest") {
  CHECK(AssemblyKinds().size() == 9);
  for (const AssemblyKind& kind : AssemblyKinds()) {
    CHECK(*FindAssembly(kind.name) == &kind);
    CHECK_FALSE(kind.summary.empty());
    CHECK(kind.framing != StreamFraming::kAuto);
    CHECK(kind.make(ContentMode::kAuto) != nullptr);
    CHECK(Assembled(std::string(kind.name), "").end == StreamEnd::kTruncated);
  }
  CHECK(AssemblyFault("openai-chats", "").message() ==
        "there is no assembly \"openai-chats\". Did you mean \"openai-chat\"?");
}

TEST_CASE("offsets say where events, and the first one with a token, were complete") {
  const std::string first = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
  const std::string second = ": ping\n\ndata: " + kChunk + "\n\n";
  const AssembledStream stream = Assembled("openai-chat", first + second + "data: [DONE]\n\n: bye");
  const std::uint64_t after_two = first.size() + second.size();
  CHECK(stream.event_ends == std::vector<std::uint64_t>{first.size(), after_two, after_two + 14});
  CHECK(stream.last_event_end == after_two + 14);
  CHECK(stream.first_token_end == after_two);
  CHECK(stream.events == 3);
  CHECK(stream.token_events == 1);
}

TEST_CASE("places of the first 4,096 events are kept, all are counted") {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += "data: " + kChunk + "\n\n";
  const AssembledStream stream = Assembled("openai-chat", body);
  CHECK(stream.events == 5000);
  CHECK(stream.token_events == 5000);
  CHECK(stream.event_ends.size() == kMaxEventEnds);
  CHECK(stream.event_ends.back() == body.size() / 5000 * kMaxEventEnds);
  CHECK(stream.last_event_end == body.size());
}

TEST_CASE("nothing after the end is looked at") {
  const AssembledStream stream =
      Assembled("openai-chat", Sse({kChunk, "[DONE]", "no JSON", kChunk}));
  CHECK(At(stream, "/choices/0/message/content") == "\"a\"");
  CHECK(stream.events == 2);
}

TEST_CASE("a body that ends inside an event is truncated, also after a finish reason") {
  const std::string end = R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
  const std::string whole = Sse({kChunk, end});
  for (const std::string_view rest : {"data: {\"usage\":{\"comple", "data: [DO", "data: \"abc"}) {
    const AssembledStream stream = Assembled("openai-chat", whole + std::string(rest));
    CHECK(stream.end == StreamEnd::kTruncated);
    CHECK(stream.events == 2);
    CHECK(stream.finish_reason == "stop");
  }
  CHECK(Assembled("openai-chat", whole + "data: [DONE]").end == StreamEnd::kEnded);
  CHECK(Assembled("openai-chat", whole + ": ping").end == StreamEnd::kFinished);
}

TEST_CASE("every prefix of a stream is taken, and only the whole one has ended") {
  const std::string body = Sse({R"({"id":"1","choices":[{"delta":{"content":"caf\u00e9"}}]})",
                                "{\"choices\":[{\"delta\":{\"content\":\"\xF0\x9F\x98\x80\"}}]}",
                                R"({"choices":[{"delta":{},"finish_reason":"stop"}]})", "[DONE]"});
  const std::size_t done = body.find("[DONE]") + 6;
  for (std::size_t size = 0; size <= body.size(); ++size) {
    INFO(size);
    const AssembledStream stream = Assembled("openai-chat", body.substr(0, size));
    CHECK((stream.end == StreamEnd::kEnded) == (size >= done));
    CHECK(Document::Parse(stream.json).ok());
  }
}

TEST_CASE("an error object after status 200 is a failure with its words, in every shape") {
  const auto failure = [](std::string_view event) {
    const AssembledStream stream = Assembled("openai-chat", Sse({kChunk, event, "[DONE]"}));
    CHECK(stream.end == StreamEnd::kFailed);
    CHECK(stream.json == event);
    CHECK(stream.events == 2);
    return stream.failure;
  };
  CHECK(failure(R"({"error":{"message":"out of memory","type":"server_error"}})") ==
        "out of memory");
  CHECK(failure(R"({"error":"gone"})") == "gone");
  CHECK(failure(R"({"error":{"code":500}})") == R"({"code":500})");
  CHECK(failure(R"({"error":true})") == "true");
  CHECK(failure(R"({"type":"error","message":"no"})") == "no");
  CHECK(failure(R"({"error":")" + std::string(999, 'x') + "\"}").size() <= 256);
}

TEST_CASE("a finish reason is cut to what can be shown") {
  const std::string chunk =
      R"({"choices":[{"delta":{},"finish_reason":")" + std::string(999, 'x') + "\"}]}";
  const AssembledStream stream = Assembled("openai-chat", Sse({chunk}));
  CHECK(stream.end == StreamEnd::kFinished);
  CHECK(stream.finish_reason.size() <= 256);
  CHECK(stream.finish_reason.starts_with("xxx"));
}

TEST_CASE("an error that says nothing is none") {
  for (const std::string_view error : {"null", "\"\"", "{}", "[]", "false", "0"}) {
    const AssembledStream stream = Assembled(
        "openai-chat", Sse({R"({"choices":[],"error":)" + std::string(error) + "}", "[DONE]"}));
    CHECK(stream.end == StreamEnd::kEnded);
  }
}

TEST_CASE("an event of the type error is a failure, be its data JSON or not") {
  const AssembledStream json =
      Assembled("openai-chat", "event: error\ndata: {\"detail\":\"bad\"}\n\n");
  CHECK(json.end == StreamEnd::kFailed);
  CHECK(json.failure == R"({"detail":"bad"})");
  const AssembledStream text = Assembled("openai-chat", "event: error\ndata: it broke\n\n");
  CHECK(text.failure == "it broke");
  CHECK(text.json == R"({"error":"it broke"})");
}

TEST_CASE("data that is no JSON or repeats a member is refused with the event's number and place") {
  CHECK(AssemblyFault("openai-chat", Sse({kChunk, "{\"a\":1,}"})).message() ==
        "event 2, complete at byte 73: byte 7: expected the name of a member in quotes");
  CHECK(AssemblyFault("openai-chat", Sse({R"({"id":"1","id":"2"})"})).code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(AssemblyFault("openai-chat", Sse({"\"\xFF\""})).code() ==
        absl::StatusCode::kInvalidArgument);
  const std::string deep = "{\"x\":" + std::string(501, '[') + std::string(501, ']') + "}";
  CHECK(AssemblyFault("openai-chat", Sse({deep})).code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("an event above 8 MiB and an answer of more than 64 MiB of text are too large") {
  const std::string big =
      R"({"choices":[{"delta":{"content":")" + std::string(kMaxEventBytes - 100, 'x') + "\"}}]}";
  CHECK(Assembled("openai-chat", Sse({big})).token_events == 1);
  CHECK(AssemblyFault("openai-chat", Sse({big + std::string(200, ' ')})).code() ==
        absl::StatusCode::kResourceExhausted);
  std::string body;
  for (int i = 0; i < 9; ++i) body += Sse({big});
  CHECK(AssemblyFault("openai-chat", body).code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("members that are kept have a bound") {
  std::string chunk = "{";
  for (int i = 0; i < 65'537; ++i) chunk += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
  const absl::Status fault = AssemblyFault("openai-chat", Sse({chunk + "}"}));
  CHECK(fault.code() == absl::StatusCode::kResourceExhausted);
  CHECK(fault.message().find("65536 members") != std::string::npos);
}

}  // namespace
}  // namespace understudy
