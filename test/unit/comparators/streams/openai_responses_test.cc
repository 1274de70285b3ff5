// Streamed OpenAI responses become the response that is not streamed.
#include <string>

#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

constexpr std::string_view kOutput =
    R"([{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"Think hard"}]},)"
    R"({"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[)"
    R"({"type":"output_text","text":"Hello, world","annotations":[]}]},)"
    R"({"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1",)"
    R"("name":"weather","arguments":"{\"city\":\"Oslo\"}"}])";

std::string Response(std::string_view status, std::string_view output,
                     std::string_view more = R"("error":null,"usage":null)") {
  return R"({"id":"resp_1","object":"response","created_at":5,"model":"m","status":")" +
         std::string(status) + R"(","output":)" + std::string(output) + "," + std::string(more) +
         "}";
}

std::string Terminal(std::string_view type, std::string_view response) {
  return R"({"type":")" + std::string(type) + R"(","sequence_number":20,"response":)" +
         std::string(response) + "}";
}

// The events of kOutput up to the end of its texts, in three items.
std::string Start() {
  return TypedSse({
      R"({"type":"response.created","sequence_number":0,"response":{"id":"resp_1",
          "object":"response","created_at":5,"model":"m","status":"in_progress","output":[],
          "error":null,"usage":null}})",
      R"({"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1",
          "type":"reasoning","summary":[]}})",
      R"({"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,
          "summary_index":0,"part":{"type":"summary_text","text":""}})",
      R"({"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,
          "summary_index":0,"delta":"Think ","obfuscation":"ab"})",
      R"({"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,
          "summary_index":0,"delta":"hard"})",
      R"({"type":"response.output_item.added","output_index":1,"item":{"id":"msg_1",
          "type":"message","status":"completed","role":"assistant","content":[]}})",
      R"({"type":"response.content_part.added","item_id":"msg_1","output_index":1,
          "content_index":0,"part":{"type":"output_text","text":"","annotations":[]}})",
      R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":1,
          "content_index":0,"delta":"Hello"})",
      R"({"type":"response.output_text.delta","item_id":"msg_1","output_index":1,
          "content_index":0,"delta":", world"})",
      R"({"type":"response.output_item.added","output_index":2,"item":{"id":"fc_1",
          "type":"function_call","status":"completed","call_id":"call_1","name":"weather",
          "arguments":""}})",
      R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":2,
          "delta":"{\"city\":"})",
      R"({"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":2,
          "delta":"\"Oslo\"}"})",
  });
}

TEST_CASE("openai-responses: the response of the last event is the answer") {
  const std::string whole = Response(
      "completed", kOutput, R"("usage":{"input_tokens":4,"output_tokens":9,"total_tokens":13})");
  const AssembledStream stream =
      Assembled("openai-responses", Start() + TypedSse({Terminal("response.completed", whole)}));
  CheckSameAnswer(stream, whole);
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "completed");
  CHECK(stream.tokens.input == 4u);
  CHECK(stream.tokens.output == 9u);
  CHECK(stream.events == 13);
  CHECK(stream.token_events == 7);  // six deltas and the name of the function
}

TEST_CASE("openai-responses: without a last response the items are put together") {
  const AssembledStream cut = Assembled("openai-responses", Start());
  CheckSameAnswer(cut, Response("in_progress", kOutput));
  CHECK(cut.end == StreamEnd::kTruncated);
  CHECK(cut.finish_reason.empty());
}

TEST_CASE("openai-responses: a last response without output gets the items") {
  for (const std::string_view output : {"[]", "null"}) {
    const AssembledStream stream = Assembled(
        "openai-responses",
        Start() + TypedSse({Terminal("response.completed", Response("completed", output))}));
    CheckSameAnswer(stream, Response("completed", kOutput));
  }
}

TEST_CASE("openai-responses: what is said done replaces what was put together") {
  const std::string body = TypedSse({
      R"({"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a"})",
      R"({"type":"response.output_text.done","output_index":0,"content_index":0,"text":"A"})",
      R"({"type":"response.output_text.delta","output_index":0,"content_index":1,"delta":"b"})",
      R"({"type":"response.content_part.done","output_index":0,"content_index":1,
          "part":{"type":"output_text","text":"B"}})",
      R"({"type":"response.output_item.done","output_index":1,"item":{"type":"function_call",
          "name":"f","arguments":"{}"}})",
      R"({"type":"response.function_call_arguments.delta","output_index":2,"delta":"{"})",
      R"({"type":"response.function_call_arguments.done","output_index":2,"arguments":"{}"})",
  });
  CheckSameAnswer(Assembled("openai-responses", body),
                  R"({"object":"response","status":"in_progress","output":[
    {"type":"message","role":"assistant","content":[
      {"type":"output_text","annotations":[],"text":"A"},{"type":"output_text","text":"B"}]},
    {"type":"function_call","name":"f","arguments":"{}"},
    {"type":"function_call","arguments":"{}"}]})");
}

TEST_CASE("openai-responses: without output_index events go by item id, else to the last item") {
  const std::string body = TypedSse({
      R"({"type":"response.output_item.added","item":{"id":"m1","type":"message"}})",
      R"({"type":"response.output_item.added","item":{"id":"m2","type":"message"}})",
      R"({"type":"response.output_text.delta","item_id":"m1","delta":"one"})",
      R"({"type":"response.output_text.delta","item_id":"m2","delta":"two"})",
      R"({"type":"response.output_text.delta","delta":" more"})",
      R"({"type":"response.output_text.delta","item_id":"m3","delta":"three"})",
  });
  const AssembledStream stream = Assembled("openai-responses", body);
  CHECK(At(stream, "/output/0/content/0/text") == "\"one\"");
  CHECK(At(stream, "/output/1/content/0/text") == "\"two more\"");
  CHECK(At(stream, "/output/2/content/0/text") == "\"three\"");
}

TEST_CASE("openai-responses: the type may stand in the field event alone") {
  const AssembledStream stream =
      Assembled("openai-responses",
                "event: response.output_text.delta\ndata: {\"delta\":\"hi\"}\n\n"
                "event: response.completed\ndata: {\"response\":{\"status\":\"completed\"}}\n\n");
  CHECK(At(stream, "/output/0/content/0/text") == "\"hi\"");
  CHECK(stream.end == StreamEnd::kEnded);
}

TEST_CASE("openai-responses: an incomplete response has the reason why") {
  const std::string whole =
      Response("incomplete", kOutput, R"("incomplete_details":{"reason":"max_output_tokens"})");
  const AssembledStream stream =
      Assembled("openai-responses", TypedSse({Terminal("response.incomplete", whole)}));
  CheckSameAnswer(stream, whole);
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "max_output_tokens");
}

TEST_CASE("openai-responses: a failed response and an error event are failures") {
  const std::string whole =
      Response("failed", "[]", R"("error":{"code":"server_error","message":"out of memory"})");
  const AssembledStream failed =
      Assembled("openai-responses", TypedSse({Terminal("response.failed", whole)}));
  CheckSameAnswer(failed, whole);
  CHECK(failed.end == StreamEnd::kFailed);
  CHECK(failed.failure == "out of memory");

  const AssembledStream error = Assembled(
      "openai-responses",
      TypedSse({R"({"type":"error","code":"rate_limit","message":"slow down","param":null})"}));
  CHECK(error.end == StreamEnd::kFailed);
  CHECK(error.failure == "slow down");
}

TEST_CASE("openai-responses: items and parts have bounds, and wrong types are refused") {
  std::string body;
  for (int i = 0; i < 1025; ++i) {
    body += TypedSse({R"({"type":"response.refusal.delta","output_index":0,"content_index":)" +
                      std::to_string(i) + R"(,"delta":"x"})"});
  }
  CHECK(AssemblyFault("openai-responses", body).code() == absl::StatusCode::kResourceExhausted);
  for (const std::string_view event :
       {R"({"type":"response.output_text.delta","delta":{}})",
        R"({"type":"response.output_item.added","item":[]})",
        R"({"type":"response.content_part.added","part":1})",
        R"({"type":"response.completed","response":"x"})",
        R"({"type":"response.output_text.delta","output_index":"0","delta":"x"})"}) {
    INFO(event);
    CHECK(AssemblyFault("openai-responses", TypedSse({event})).code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace understudy
