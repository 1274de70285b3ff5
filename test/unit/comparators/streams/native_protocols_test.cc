// Streams of servers' own protocols: Text Generation Inference, Ollama, llama.cpp, Triton, and any
// other.
#include <string>

#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

TEST_CASE("tgi: the last event has the text, and its details get all tokens") {
  const AssembledStream stream = Assembled(
      "tgi", Sse({
                 R"({"index":1,"token":{"id":5,"text":"It","logprob":-0.5,"special":false},
        "generated_text":null,"details":null})",
                 R"({"index":2,"token":{"id":6,"text":" is","logprob":-0.25,"special":false},
        "generated_text":null,"details":null})",
                 R"({"index":3,"token":{"id":2,"text":"</s>","logprob":-1,"special":true},
        "generated_text":"It is","details":{"finish_reason":"eos_token","generated_tokens":3,
        "seed":null,"input_length":4}})"}));
  CheckSameAnswer(stream, R"({"generated_text":"It is","details":{"finish_reason":"eos_token",
    "generated_tokens":3,"seed":null,"input_length":4,"tokens":[
    {"id":5,"text":"It","logprob":-0.5,"special":false},
    {"id":6,"text":" is","logprob":-0.25,"special":false},
    {"id":2,"text":"</s>","logprob":-1,"special":true}]}})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "eos_token");
  CHECK(stream.tokens.input == 4u);
  CHECK(stream.tokens.output == 3u);
  CHECK(stream.token_events == 2);
}

TEST_CASE("tgi: the text of a stream that was cut is its tokens but the special ones") {
  const AssembledStream stream =
      Assembled("tgi", Sse({R"({"token":{"id":1,"text":"<s>","special":true}})",
                            R"({"token":{"id":5,"text":"It","special":false}})",
                            R"({"token":{"id":6,"text":" is","special":false}})"}));
  CheckSameAnswer(stream, R"({"generated_text":"It is"})");
  CHECK(stream.end == StreamEnd::kTruncated);
}

TEST_CASE("tgi: an error event is a failure") {
  const AssembledStream stream = Assembled(
      "tgi", Sse({R"({"error":"Request failed during generation","error_type":"generation"})"}));
  CHECK(stream.end == StreamEnd::kFailed);
  CHECK(stream.failure == "Request failed during generation");
}

TEST_CASE("ollama: responses of generate are joined, the rest is the last object's") {
  const AssembledStream stream = Assembled(
      "ollama",
      Lines(
          {R"({"model":"m","created_at":"2024-05-01T00:00:00Z","response":"","thinking":"Hm","done":false})",
           R"({"model":"m","created_at":"2024-05-01T00:00:01Z","response":"The ","done":false})",
           R"({"model":"m","created_at":"2024-05-01T00:00:02Z","response":"sky","done":false})",
           R"({"model":"m","created_at":"2024-05-01T00:00:03Z","response":"","done":true,)"
           R"("done_reason":"stop","context":[1,2],"total_duration":4648158584,)"
           R"("prompt_eval_count":26,"eval_count":3})"}));
  CheckSameAnswer(stream, R"({"model":"m","created_at":"2024-05-01T00:00:03Z","response":"The sky",
    "thinking":"Hm","done":true,"done_reason":"stop","context":[1,2],"total_duration":4648158584,
    "prompt_eval_count":26,"eval_count":3})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "stop");
  CHECK(stream.tokens.input == 26u);
  CHECK(stream.tokens.output == 3u);
  CHECK(stream.events == 4);
  CHECK(stream.token_events == 3);
}

TEST_CASE("ollama: messages of chat are joined with their thinking and tool calls") {
  const AssembledStream stream = Assembled(
      "ollama",
      Lines({
          R"({"model":"m","message":{"role":"assistant","content":"","thinking":"Let "},"done":false})",
          R"({"model":"m","message":{"role":"assistant","content":"","thinking":"me"},"done":false})",
          R"({"model":"m","message":{"role":"assistant","content":"","tool_calls":[
        {"function":{"name":"f","arguments":{"a":1}}}]},"done":false})",
          R"({"model":"m","message":{"role":"assistant","content":"Done"},"done":false})",
          R"({"model":"m","message":{"role":"assistant","content":"."},"done":true,"done_reason":"length"})",
      }));
  CHECK(stream.finish_reason == "length");
  CheckSameAnswer(stream, R"({"model":"m","message":{"role":"assistant","content":"Done.",
    "thinking":"Let me","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},
    "done":true,"done_reason":"length"})");
  CHECK(stream.token_events == 5);
}

TEST_CASE("ollama: a stream without the last object is truncated, one with an error failed") {
  const AssembledStream cut = Assembled(
      "ollama",
      "{\"response\":\"a\",\"done\":false}\n{\"response\":\"b\",\"done\":false}\n{\"resp");
  CHECK(cut.end == StreamEnd::kTruncated);
  CHECK(cut.events == 2);
  CheckSameAnswer(cut, R"({"response":"ab","done":false})");
  const AssembledStream failed =
      Assembled("ollama", Lines({R"({"response":"a","done":false})", R"({"error":"no memory"})"}));
  CHECK(failed.end == StreamEnd::kFailed);
  CheckSameAnswer(failed, R"({"error":"no memory"})");
}

TEST_CASE("llamacpp: content is joined until stop, the rest is the last object's") {
  const AssembledStream stream = Assembled(
      "llamacpp",
      Sse({R"({"index":0,"content":"Hello","tokens":[1],"stop":false,"id_slot":0,)"
           R"("completion_probabilities":[{"token":"Hello","logprob":-0.5}]})",
           R"({"index":0,"content":" you","tokens":[2],"stop":false,"id_slot":0,)"
           R"("completion_probabilities":[{"token":" you","logprob":-0.75}]})",
           R"({"index":0,"content":"","tokens":[],"stop":true,"id_slot":0,"model":"m",)"
           R"("stop_type":"eos","tokens_predicted":2,"tokens_evaluated":5,"timings":{"prompt_n":5}})",
           R"({"content":"after the end","stop":false})"}));
  CheckSameAnswer(stream, R"({"index":0,"content":"Hello you","tokens":[],"stop":true,"id_slot":0,
    "model":"m","stop_type":"eos","tokens_predicted":2,"tokens_evaluated":5,
    "timings":{"prompt_n":5},"completion_probabilities":[{"token":"Hello","logprob":-0.5},
    {"token":" you","logprob":-0.75}]})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "eos");
  CHECK(stream.tokens.input == 5u);
  CHECK(stream.tokens.output == 2u);
  CHECK(stream.events == 3);
}

TEST_CASE("triton-generate: text_output is joined or cumulative, the rest is the last event's") {
  const auto event = [](std::string_view text, int step) {
    return R"({"model_name":"m","model_version":"1","text_output":")" + std::string(text) +
           R"(","step":)" + std::to_string(step) + "}";
  };
  const AssembledStream deltas =
      Assembled("triton-generate", Sse({event("a", 1), event("b", 2), event("c", 3)}));
  CheckSameAnswer(deltas, R"({"model_name":"m","model_version":"1","text_output":"abc","step":3})");
  CHECK(deltas.end == StreamEnd::kFinished);
  CHECK(deltas.token_events == 3);
  const std::string growing = Sse({event("a", 1), event("ab", 2), event("abc", 3)});
  CHECK(At(Assembled("triton-generate", growing), "/text_output") == "\"abc\"");
  CHECK(At(Assembled("triton-generate", growing, ContentMode::kDelta), "/text_output") ==
        "\"aababc\"");
  CHECK(At(Assembled("triton-generate", Sse({event("a", 1), event("ab", 2)}),
                     ContentMode::kCumulative),
           "/text_output") == "\"ab\"");
}

TEST_CASE("triton-generate: an error after status 200 is a failure") {
  const AssembledStream stream = Assembled(
      "triton-generate", Sse({R"({"text_output":"a"})", R"({"error":"inference failed"})"}));
  CHECK(stream.end == StreamEnd::kFailed);
  CHECK(stream.failure == "inference failed");
}

TEST_CASE("json-events: the data of all events in order, as text where it is no JSON") {
  const AssembledStream stream =
      Assembled("json-events", Sse({R"({"error":0.25})", "[1]", "plain \"text\"", "[DONE]"}));
  CHECK(stream.json == R"({"events":[{"error":0.25},[1],"plain \"text\""]})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.events == 4);
  CHECK(stream.token_events == 3);
}

TEST_CASE("json-events: without a sign of the end a stream is whole behind an event") {
  CHECK(Assembled("json-events", "data: 1\n\ndata: 2").end == StreamEnd::kFinished);
  CHECK(Assembled("json-events", "data: last words").end == StreamEnd::kFinished);
  const AssembledStream cut = Assembled("json-events", "data: 1\n\ndata: {\"a\":");
  CHECK(cut.end == StreamEnd::kTruncated);
  CHECK(cut.json == R"({"events":[1]})");
  CHECK(Assembled("json-events", ": nothing\n\n").end == StreamEnd::kTruncated);
}

TEST_CASE("json-events: an event of the type error is a failure") {
  const AssembledStream stream =
      Assembled("json-events", "data: 1\n\nevent: error\ndata: it broke\n\ndata: 2\n\n");
  CHECK(stream.end == StreamEnd::kFailed);
  CHECK(stream.failure == "it broke");
  CHECK(stream.json == R"({"events":[1,"it broke"]})");
}

}  // namespace
}  // namespace understudy
