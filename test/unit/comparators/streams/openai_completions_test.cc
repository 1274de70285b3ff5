// Streamed OpenAI completions become the one that is not streamed.
#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

TEST_CASE("openai-completions: texts are joined by index, log probabilities appended") {
  const AssembledStream stream = Assembled(
      "openai-completions",
      Sse({
          R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[{"text":"Once",
        "index":0,"logprobs":{"tokens":["Once"],"token_logprobs":[-0.25],
        "top_logprobs":[{"Once":-0.25}],"text_offset":[0]},"finish_reason":null}]})",
          R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[{"text":"Two",
        "index":1,"logprobs":null,"finish_reason":"stop"}]})",
          R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[{"text":" upon",
        "index":0,"logprobs":{"tokens":[" upon"],"token_logprobs":[-0.5],
        "top_logprobs":[{" upon":-0.5}],"text_offset":[4]},"finish_reason":"length"}]})",
          R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[],
        "usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}})",
          "[DONE]"}));
  CheckSameAnswer(stream, R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m",
    "choices":[{"text":"Once upon","index":0,"logprobs":{"tokens":["Once"," upon"],
      "token_logprobs":[-0.25,-0.5],"top_logprobs":[{"Once":-0.25},{" upon":-0.5}],
      "text_offset":[0,4]},"finish_reason":"length"},
      {"text":"Two","index":1,"logprobs":null,"finish_reason":"stop"}],
    "usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "length");
  CHECK(stream.token_events == 3);
  CHECK(stream.tokens.output == 3u);
}

TEST_CASE("openai-completions: text may be cumulative") {
  const std::string body = Sse({R"({"choices":[{"text":"a"}]})", R"({"choices":[{"text":"ab"}]})",
                                R"({"choices":[{"text":"abc"}]})"});
  CHECK(At(Assembled("openai-completions", body), "/choices/0/text") == "\"abc\"");
  CHECK(At(Assembled("openai-completions", body, ContentMode::kDelta), "/choices/0/text") ==
        "\"aababc\"");
}

TEST_CASE("openai-completions: a text that is none is refused") {
  CHECK(AssemblyFault("openai-completions", Sse({R"({"choices":[{"text":["a"]}]})"})).code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace understudy
