// Streamed OpenAI chat becomes the chat completion that is not streamed.
#include <string>

#include "test/unit/comparators/streams/transcript.h"

namespace understudy {
namespace {

constexpr std::string_view kHead =
    R"("id":"chatcmpl-1","object":"chat.completion.chunk","created":1718000000,"model":"m-1",)"
    R"("service_tier":"default","system_fingerprint":"fp_1")";

// A chunk with one choice.
std::string Chunk(std::string_view delta, std::string_view reason = "null", int index = 0) {
  return "{" + std::string(kHead) + R"(,"choices":[{"index":)" + std::to_string(index) +
         R"(,"delta":)" + std::string(delta) + R"(,"logprobs":null,"finish_reason":)" +
         std::string(reason) + R"(}],"usage":null,"obfuscation":"x7Y"})";
}

// A chunk as servers send it that say no more than they must.
std::string Bare(std::string_view delta) {
  return R"({"choices":[{"delta":)" + std::string(delta) + "}]}";
}

std::string ToolCalls(std::string_view deltas) {
  return Bare(R"({"tool_calls":)" + std::string(deltas) + "}");
}

AssembledStream Chat(std::string_view body, ContentMode mode = ContentMode::kAuto) {
  return Assembled("openai-chat", body, mode);
}

constexpr std::string_view kUsage =
    R"({"prompt_tokens":9,"completion_tokens":3,"total_tokens":12})";

TEST_CASE("openai-chat: a stream assembles to the answer that is not streamed") {
  const std::string usage =
      "{" + std::string(kHead) + R"(,"choices":[],"usage":)" + std::string(kUsage) + "}";
  const std::string body =
      Sse({Chunk(R"({"role":"assistant","content":"","refusal":null})"),
           Chunk(R"({"content":"Hello"})"), Chunk(R"({"content":", \"w\u00f6rld\"\n"})"),
           Chunk(R"({"content":"!"})"), Chunk("{}", "\"stop\""), usage, "[DONE]"});
  const AssembledStream stream = Chat(body);
  CheckSameAnswer(stream, R"({"id":"chatcmpl-1","object":"chat.completion","created":1718000000,
    "model":"m-1","service_tier":"default","system_fingerprint":"fp_1",
    "choices":[{"index":0,"message":{"role":"assistant","content":"Hello, \"wörld\"\n!",
      "refusal":null},"logprobs":null,"finish_reason":"stop"}],
    "usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}})");
  CHECK(stream.end == StreamEnd::kEnded);
  CHECK(stream.finish_reason == "stop");
  CHECK(stream.tokens.input == 9u);
  CHECK(stream.tokens.output == 3u);
  CHECK(stream.events == 7);
  CHECK(stream.token_events == 3);
}

TEST_CASE("openai-chat: CRLF, pings and a pair of surrogates in two chunks make no difference") {
  const std::string body =
      ": ping\r\n\r\ndata: " + Bare(R"({"content":"caf\u00e9 \ud83d"})") +
      "\r\n\r\n: ping\r\n\r\ndata:\r\n\r\ndata: " + Bare(R"({"content":"\ude00"})") +
      "\r\n\r\ndata: [DONE]\r\n\r\n";
  const AssembledStream stream = Chat(body);
  CHECK(At(stream, "/choices/0/message/content") == "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
  CHECK(stream.events == 3);
}

TEST_CASE("openai-chat: two choices that come interleaved stay apart, by their index") {
  const AssembledStream stream = Chat(
      Sse({Chunk(R"({"role":"assistant","content":"a"})", "null", 1),
           Chunk(R"({"role":"assistant","content":"x"})"), Chunk(R"({"content":"b"})", "null", 1),
           R"({"choices":[{"index":0,"delta":{"content":"y"},"finish_reason":"stop"},)"
           R"({"index":1,"delta":{"content":"c"},"finish_reason":"length"}]})"}));
  CHECK(At(stream, "/choices/0/message/content") == "\"xy\"");
  CHECK(At(stream, "/choices/1/message/content") == "\"abc\"");
  CHECK(At(stream, "/choices/1/finish_reason") == "\"length\"");
  CHECK(stream.finish_reason == "stop");
  CHECK(stream.end == StreamEnd::kFinished);  // no [DONE]
}

TEST_CASE("openai-chat: a stream without [DONE] is whole once every choice has its reason") {
  CHECK(Chat(Sse({Chunk(R"({"content":"a"})"), Chunk("{}", "\"stop\"")})).end ==
        StreamEnd::kFinished);
  CHECK(Chat(Sse({Chunk(R"({"content":"a"})"), Chunk("{}", "\"stop\"", 1)})).end ==
        StreamEnd::kTruncated);
  CHECK(Chat(Sse({Chunk(R"({"content":"a"})")})).end == StreamEnd::kTruncated);
  CHECK(Chat("").end == StreamEnd::kTruncated);
}

TEST_CASE("openai-chat: the usage chunk may have choices that are null or left out") {
  for (const std::string_view choices : {R"("choices":null,)", R"("choices":[],)", ""}) {
    const AssembledStream stream =
        Chat(Sse({Chunk(R"({"content":"a"})", "\"stop\""),
                  "{" + std::string(choices) + R"("usage":)" + std::string(kUsage) + "}"}));
    CHECK(At(stream, "/usage") == kUsage);
    CHECK(At(stream, "/choices/0/message/content") == "\"a\"");
  }
}

TEST_CASE("openai-chat: tool calls assemble to those of the answer that is not streamed") {
  const AssembledStream stream = Chat(Sse({
      Chunk(R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a",
               "type":"function","function":{"name":"weather","arguments":""}}]})"),
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]})"),
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]})"),
      Chunk(R"({"tool_calls":[{"index":1,"id":"call_b","type":"function",
               "function":{"name":"time","arguments":"{}"}}]})"),
      Chunk("{}", "\"tool_calls\""),
      "[DONE]",
  }));
  CheckSameAnswer(stream, R"({"id":"chatcmpl-1","object":"chat.completion","created":1718000000,
    "model":"m-1","service_tier":"default","system_fingerprint":"fp_1",
    "choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[
      {"id":"call_a","type":"function",
       "function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},
      {"id":"call_b","type":"function","function":{"name":"time","arguments":"{}"}}]},
      "logprobs":null,"finish_reason":"tool_calls"}]})");
  CHECK(stream.token_events == 4);
}

TEST_CASE("openai-chat: tool calls without index are told apart by id, by position or by name") {
  // By id, which may come again.
  CHECK(At(Chat(Sse({ToolCalls(R"([{"id":"a","function":{"name":"f","arguments":"1"}}])"),
                     ToolCalls(R"([{"id":"b","function":{"name":"g","arguments":"3"}}])"),
                     ToolCalls(R"([{"id":"a","function":{"arguments":"2"}}])")})),
           "/choices/0/message/tool_calls") ==
        R"([{"id":"a","type":"function","function":{"name":"f","arguments":"12"}},)"
        R"({"id":"b","type":"function","function":{"name":"g","arguments":"3"}}])");
  // A delta without id goes to the last call.
  CHECK(At(Chat(Sse({ToolCalls(R"([{"id":"a","function":{"name":"f"}}])"),
                     ToolCalls(R"([{"function":{"arguments":"{"}}])"),
                     ToolCalls(R"([{"id":"","function":{"name":"","arguments":"}"}}])")})),
           "/choices/0/message/tool_calls/0/function") == R"({"name":"f","arguments":"{}"})");
  // Several in one chunk: by position.
  const AssembledStream several =
      Chat(Sse({ToolCalls(R"([{"function":{"name":"f"}},{"function":{"name":"g"}}])"),
                ToolCalls(R"([{"function":{"arguments":"1"}},{"function":{"arguments":"2"}}])")}));
  CHECK(At(several, "/choices/0/message/tool_calls/0/function/arguments") == "\"1\"");
  CHECK(At(several, "/choices/0/message/tool_calls/1/function/arguments") == "\"2\"");
  // Whole calls, one a chunk, without any label.
  const AssembledStream whole =
      Chat(Sse({ToolCalls(R"([{"function":{"name":"f","arguments":"1"}}])"),
                ToolCalls(R"([{"function":{"name":"f","arguments":"2"}}])")}));
  CHECK(At(whole, "/choices/0/message/tool_calls/1/function/arguments") == "\"2\"");
}

TEST_CASE("openai-chat: of tool calls the first id, name and type count, and they go by index") {
  const AssembledStream stream = Chat(Sse({
      ToolCalls(R"([{"index":1,"id":"b","function":{"name":"g","arguments":"2"}}])"),
      ToolCalls(R"([{"index":0,"id":"","type":null,"function":{"name":null,"arguments":null}}])"),
      ToolCalls(R"([{"index":0,"id":"a","type":"function","function":{"name":"f"}}])"),
      ToolCalls(R"([{"index":0,"id":"other","function":{"name":"h","arguments":"1"}}])"),
  }));
  CHECK(At(stream, "/choices/0/message/tool_calls/0/id") == "\"a\"");
  CHECK(At(stream, "/choices/0/message/tool_calls/0/function") ==
        R"({"name":"f","arguments":"1"})");
  CHECK(At(stream, "/choices/0/message/tool_calls/1/id") == "\"b\"");
}

TEST_CASE("openai-chat: a legacy function call is put together") {
  const AssembledStream stream =
      Chat(Sse({Bare(R"({"role":"assistant","content":null,"function_call":{"name":"f"}})"),
                Bare(R"({"function_call":{"arguments":"{\"a\""}})"),
                Bare(R"({"function_call":{"arguments":":1}"}})")}));
  CHECK(At(stream, "/choices/0/message/function_call") ==
        R"({"name":"f","arguments":"{\"a\":1}"})");
  CHECK(At(stream, "/choices/0/message/content") == "null");
}

TEST_CASE("openai-chat: content is null beside a call or a refusal, and stays an empty text else") {
  CHECK(At(Chat(Sse(
               {Bare(R"({"content":""})"), ToolCalls(R"([{"index":0,"function":{"name":"f"}}])")})),
           "/choices/0/message/content") == "null");
  const AssembledStream refusal =
      Chat(Sse({Bare(R"({"content":"","refusal":"I can"})"), Bare(R"({"refusal":"not."})")}));
  CHECK(At(refusal, "/choices/0/message/content") == "null");
  CHECK(At(refusal, "/choices/0/message/refusal") == "\"I cannot.\"");
  CHECK(At(Chat(Sse({Bare(R"({"content":""})")})), "/choices/0/message/content") == "\"\"");
  CHECK(At(Chat(Sse({Bare("{}")})), "/choices/0/message/content") == "null");
}

TEST_CASE("openai-chat: reasoning is joined beside the content") {
  const AssembledStream stream =
      Chat(Sse({Bare(R"({"role":"assistant","reasoning_content":"Let ","reasoning":"me"})"),
                Bare(R"({"reasoning_content":"me see"})"), Bare(R"({"content":"42"})")}));
  CHECK(At(stream, "/choices/0/message") ==
        R"({"role":"assistant","reasoning_content":"Let me see","reasoning":"me","content":"42"})");
  CHECK(stream.token_events == 3);
}

TEST_CASE("openai-chat: log probabilities are appended") {
  const auto chunk = [](std::string_view logprobs) {
    return R"({"choices":[{"index":0,"delta":{"content":"a"},"logprobs":)" + std::string(logprobs) +
           "}]}";
  };
  const AssembledStream stream =
      Chat(Sse({chunk(R"({"content":[{"token":"a","logprob":-0.5}],"refusal":null})"),
                chunk("null"), chunk(R"({"content":[{"token":"b","logprob":-1}]})")}));
  CHECK(At(stream, "/choices/0/logprobs") ==
        R"({"content":[{"token":"a","logprob":-0.5},{"token":"b","logprob":-1}],"refusal":null})");
}

TEST_CASE("openai-chat: members a protocol does not name are kept, the first that is not null") {
  const AssembledStream stream = Chat(Sse({
      R"({"id":"1","model":null,"x":[18446744073709551616],"choices":[{"delta":{"y":null},"z":1}]})",
      R"({"id":"2","model":"m","x":2,"choices":[{"delta":{"y":{}},"z":2,"token_ids":[7]}]})",
      R"({"choices":[{"delta":{},"token_ids":[8,9]}]})",
  }));
  CHECK(At(stream, "/id") == "\"1\"");
  CHECK(At(stream, "/model") == "\"m\"");
  CHECK(At(stream, "/x") == "[18446744073709551616]");
  CHECK(At(stream, "/choices/0/message/y") == "{}");
  CHECK(At(stream, "/choices/0/z") == "1");
  CHECK(At(stream, "/choices/0/token_ids") == "[7,8,9]");
}

TEST_CASE("openai-chat: a first chunk without names leaves them to the next") {
  const AssembledStream stream =
      Chat(Sse({R"({"id":"","object":"","model":"","choices":[],"prompt_filter_results":[{}]})",
                Chunk(R"({"role":"assistant","content":"a"})", "\"stop\"")}));
  CHECK(At(stream, "/id") == "\"chatcmpl-1\"");
  CHECK(At(stream, "/model") == "\"m-1\"");
  CHECK(At(stream, "/prompt_filter_results") == "[{}]");
}

TEST_CASE("openai-chat: cumulative content is seen, over the whole stream") {
  const std::string growing =
      Sse({Bare(R"({"content":"I"})"), Bare(R"({"content":"I am"})"), Bare(R"({"content":""})"),
           Bare(R"({"content":"I am it"})"), Bare(R"({"content":"I am it"})")});
  CHECK(At(Chat(growing), "/choices/0/message/content") == "\"I am it\"");
  CHECK(At(Chat(growing, ContentMode::kDelta), "/choices/0/message/content") ==
        "\"II amI am itI am it\"");
  CHECK(Chat(growing).token_events == 4);

  const std::string two = Sse({Bare(R"({"content":"I"})"), Bare(R"({"content":"I am"})")});
  CHECK(At(Chat(two), "/choices/0/message/content") == "\"II am\"");
  CHECK(At(Chat(two, ContentMode::kCumulative), "/choices/0/message/content") == "\"I am\"");

  const std::string deltas = Sse({Bare(R"({"content":"1"})"), Bare(R"({"content":"11"})"),
                                  Bare(R"({"content":"111"})"), Bare(R"({"content":"2"})")});
  CHECK(At(Chat(deltas), "/choices/0/message/content") == "\"1111112\"");
}

TEST_CASE("openai-chat: one choice that is no growing text makes all of them deltas") {
  const auto chunk = [](std::string_view first, std::string_view second) {
    return R"({"choices":[{"index":0,"delta":{"content":")" + std::string(first) +
           R"("}},{"index":1,"delta":{"content":")" + std::string(second) + "\"}}]}";
  };
  const AssembledStream stream = Chat(Sse({chunk("a", "x"), chunk("ab", "y"), chunk("abc", "z")}));
  CHECK(At(stream, "/choices/0/message/content") == "\"aababc\"");
  CHECK(At(stream, "/choices/1/message/content") == "\"xyz\"");
}

TEST_CASE("openai-chat: wrong types are refused with the event's number and place") {
  const std::string good = Bare(R"({"content":"a"})");
  const auto fault = [&](std::string_view chunk) {
    return AssemblyFault("openai-chat", Sse({good, chunk}));
  };
  CHECK(fault(Bare(R"({"content":7})")).message() ==
        "event 2, complete at byte 92: \"content\" is not a text");
  for (const std::string_view chunk :
       {R"({"choices":{}})", R"({"choices":[1]})", R"({"choices":[{"index":-1,"delta":{}}]})",
        R"({"choices":[{"index":0.5,"delta":{}}]})", R"({"choices":[{"delta":[]}]})",
        R"({"choices":[{"delta":{"tool_calls":{}}}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"index":"0"}]}}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"function":"f"}]}}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{}}}]}}]})",
        R"({"choices":[{"delta":{},"finish_reason":1}]})",
        R"({"choices":[{"delta":{},"logprobs":[]}]})",
        R"({"choices":[{"delta":{},"logprobs":{"content":1}}]})", R"({"usage":1})", "[]", "7",
        R"({"choices":[{"delta":{"content":"a","content":"b"}}]})"}) {
    INFO(chunk);
    CHECK(fault(chunk).code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("openai-chat: choices and tool calls have bounds") {
  const auto body = [](std::string_view before, int count, std::string_view after) {
    std::string chunk(before);
    for (int i = 0; i < count; ++i) {
      chunk += (i > 0 ? ",{\"index\":" : "{\"index\":") + std::to_string(i) + "}";
    }
    return Sse({chunk + std::string(after)});
  };
  const std::string calls = R"({"choices":[{"delta":{"tool_calls":[)";
  CHECK(AssemblyFault("openai-chat", body(R"({"choices":[)", 1024, "]}")).ok());
  CHECK(AssemblyFault("openai-chat", body(R"({"choices":[)", 1025, "]}")).code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(AssemblyFault("openai-chat", body(calls, 1024, "]}}]}")).ok());
  CHECK(AssemblyFault("openai-chat", body(calls, 1025, "]}}]}")).code() ==
        absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace understudy
