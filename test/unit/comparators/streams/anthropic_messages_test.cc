// Streamed Anthropic messages become the message that is not streamed.
#include <string>

#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

constexpr std::string_view kStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"m","content":[],"stop_reason":null,"stop_sequence":null,)"
    R"("usage":{"input_tokens":25,"cache_read_input_tokens":0,"output_tokens":1}}})";

std::string BlockStart(int index, std::string_view block) {
  return R"({"type":"content_block_start","index":)" + std::to_string(index) +
         R"(,"content_block":)" + std::string(block) + "}";
}

std::string Delta(int index, std::string_view delta) {
  return R"({"type":"content_block_delta","index":)" + std::to_string(index) + R"(,"delta":)" +
         std::string(delta) + "}";
}

std::string BlockStop(int index) {
  return R"({"type":"content_block_stop","index":)" + std::to_string(index) + "}";
}

std::string MessageDelta(std::string_view reason) {
  return R"({"type":"message_delta","delta":{"stop_reason":")" + std::string(reason) +
         R"(","stop_sequence":null},"usage":{"output_tokens":15}})";
}

constexpr std::string_view kStop = R"({"type":"message_stop"})";
constexpr std::string_view kPing = R"({"type":"ping"})";

AssembledStream Message(std::string_view body) { return Assembled("anthropic-messages", body); }

TEST_CASE("anthropic-messages: a stream assembles to the message that is not streamed") {
  const AssembledStream stream = Message(TypedSse({
      kStart,
      BlockStart(0, R"({"type":"thinking","thinking":"","signature":""})"),
      kPing,
      Delta(0, R"({"type":"thinking_delta","thinking":"Let me "})"),
      Delta(0, R"({"type":"thinking_delta","thinking":"see."})"),
      Delta(0, R"({"type":"signature_delta","signature":"c2ln"})"),
      BlockStop(0),
      BlockStart(1, R"({"type":"text","text":""})"),
      Delta(1, R"({"type":"text_delta","text":"It is "})"),
      Delta(1, R"({"type":"text_delta","text":"cold."})"),
      Delta(1,
            R"({"type":"citations_delta","citation":{"type":"char_location","cited_text":"x"}})"),
      BlockStop(1),
      BlockStart(2, R"({"type":"tool_use","id":"toolu_1","name":"weather","input":{}})"),
      Delta(2, R"({"type":"input_json_delta","partial_json":""})"),
      Delta(2, R"({"type":"input_json_delta","partial_json":"{\"city\": \"Os"})"),
      Delta(2,
            R"({"type":"input_json_delta","partial_json":"lo\", \"id\": 12345678901234567890}"})"),
      BlockStop(2),
      MessageDelta("tool_use"),
      kStop,
  }));
  CheckSameAnswer(stream, R"({"id":"msg_1","type":"message","role":"assistant","model":"m",
    "content":[{"type":"thinking","thinking":"Let me see.","signature":"c2ln"},
      {"type":"text","text":"It is cold.",
       "citations":[{"type":"char_location","cited_text":"x"}]},
      {"type":"tool_use","id":"toolu_1","name":"weather",
       "input":{"city":"Oslo","id":12345678901234567890}}],
    "stop_reason":"tool_use","stop_sequence":null,
    "usage":{"input_tokens":25,"cache_read_input_tokens":0,"output_tokens":15}})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "tool_use");
  CHECK(stream.tokens.input == 25u);
  CHECK(stream.tokens.output == 15u);
  CHECK(stream.events == 19);
  CHECK(stream.token_events == 7);
}

TEST_CASE("anthropic-messages: a tool without any input has the empty object it began with") {
  const AssembledStream stream =
      Message(TypedSse({kStart, BlockStart(0, R"({"type":"tool_use","name":"f","input":{}})"),
                        BlockStop(0), MessageDelta("tool_use"), kStop}));
  CHECK(At(stream, "/content/0/input") == "{}");
}

TEST_CASE("anthropic-messages: an input that breaks off stays a text") {
  const AssembledStream stream =
      Message(TypedSse({kStart, BlockStart(0, R"({"type":"tool_use","name":"f","input":{}})"),
                        Delta(0, R"({"type":"input_json_delta","partial_json":"{\"a\": "})"),
                        BlockStop(0), MessageDelta("max_tokens"), kStop}));
  CHECK(At(stream, "/content/0/input") == R"("{\"a\": ")");
  const std::string deep = std::string(600, '[') + std::string(600, ']');
  const AssembledStream nested = Message(
      TypedSse({kStart, BlockStart(0, R"({"type":"tool_use","name":"f","input":{}})"),
                Delta(0, R"({"type":"input_json_delta","partial_json":")" + deep + "\"}")}));
  CHECK(At(nested, "/content/0/input") == "\"" + deep + "\"");
}

TEST_CASE("anthropic-messages: the type may stand in the field event alone") {
  const AssembledStream stream = Message(
      "event: message_start\ndata: {\"message\":{\"role\":\"assistant\"}}\n\n"
      "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n"
      "event: message_stop\ndata: {}\n\n");
  CHECK(At(stream, "/content/0/text") == "\"hi\"");
  CHECK(stream.end == StreamEnd::kEnded);
}

TEST_CASE("anthropic-messages: a block without index is the next one, its deltas go to the last") {
  const AssembledStream stream = Message(TypedSse({
      R"({"type":"content_block_start","content_block":{"type":"text","text":"a"}})",
      R"({"type":"content_block_start","content_block":{"type":"text","text":"b"}})",
      R"({"type":"content_block_delta","delta":{"type":"text_delta","text":"c"}})",
  }));
  CHECK(At(stream, "/content") == R"([{"type":"text","text":"a"},{"type":"text","text":"bc"}])");
}

TEST_CASE("anthropic-messages: without message_stop the stop reason ends a stream") {
  CHECK(Message(TypedSse({kStart, MessageDelta("end_turn")})).end == StreamEnd::kFinished);
  CHECK(Message(TypedSse({kStart, kPing})).end == StreamEnd::kTruncated);
}

TEST_CASE("anthropic-messages: an error event is a failure, as an error's answer has it") {
  const std::string_view error =
      R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";
  const AssembledStream stream = Message(TypedSse({kStart, kPing, error, kStop}));
  CHECK(stream.end == StreamEnd::kFailed);
  CHECK(stream.failure == "Overloaded");
  CHECK(stream.events == 3);
  CheckSameAnswer(stream, error);
}

TEST_CASE("anthropic-messages: wrong types are refused and blocks have a bound") {
  for (const std::string_view event :
       {R"({"type":"message_start","message":1})",
        R"({"type":"content_block_start","index":-1,"content_block":{}})",
        R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":1}})",
        R"({"type":"message_delta","delta":{"stop_reason":1}})",
        R"({"type":"message_delta","usage":{"output_tokens":"15"}})", "[]"}) {
    INFO(event);
    CHECK(AssemblyFault("anthropic-messages", Sse({event})).code() ==
          absl::StatusCode::kInvalidArgument);
  }
  std::string body;
  for (int i = 0; i < 1025; ++i) body += Sse({BlockStart(i, "{}")});
  CHECK(AssemblyFault("anthropic-messages", body).code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace understudy
