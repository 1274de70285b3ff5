// What an answer costs and how fast it came.
#include "comparators/measures.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "comparators/document.h"
#include "comparators/streams/assemble.h"

namespace understudy {
namespace {

std::string Chunk(const std::string& delta, const std::string& rest = "") {
  return R"(data: {"choices":[{"index":0,"delta":)" + delta + rest + "}]}\n\n";
}

struct Stream {
  std::vector<std::string> events;
  std::string body;
  AssembledStream assembled;

  explicit Stream(std::vector<std::string> parts) : events(std::move(parts)) {
    for (const std::string& event : events) body += event;
    auto stream = AssembleStream(body, {"openai-chat"}, "text/event-stream");
    REQUIRE(stream.ok());
    assembled = *std::move(stream);
  }
  // The first `count` events had come.
  std::uint64_t After(std::size_t count) const {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += events[i].size();
    return bytes;
  }
};

Stream FourTokens() {
  return Stream({Chunk(R"({"role":"assistant","content":""})"), Chunk(R"({"content":"a"})"),
                 Chunk(R"({"content":"b"})"), Chunk(R"({"content":"c"})"),
                 Chunk(R"({"content":"d"})"), Chunk("{}", R"(,"finish_reason":"stop")"),
                 "data: [DONE]\n\n"});
}

TEST_CASE("measures: an event came when its last byte did") {
  const Stream stream = FourTokens();
  // The first token's event came in two reads, the last three tokens in one.
  const std::vector<AnswerArrival> arrivals = {{stream.After(1), 10},
                                               {stream.After(2) - 1, 20},
                                               {stream.After(2), 30},
                                               {stream.After(5), 75},
                                               {stream.After(7), 90}};
  const AnswerTiming timing{90, 5, arrivals};
  const AnswerMeasures measures = MeasuresOf(&timing, &stream.assembled, false, nullptr);
  CHECK(measures.latency == 90);
  CHECK(measures.time_to_first_byte == 5);
  CHECK(measures.time_to_first_event == 10);
  CHECK(measures.time_to_first_token == 30);
  CHECK(measures.longest_gap == 45);
  CHECK(measures.output_tokens == 4);
  CHECK(measures.time_per_output_token == Approx((90 - 30) / 3.0));
  CHECK(measures.finish_reason == "stop");
  CHECK(measures.events == stream.assembled.events);
}

TEST_CASE("measures: tokens that the server counts go before events that bear some") {
  const Stream stream({Chunk(R"({"content":"several tokens at once"})"),
                       Chunk("{}", R"(,"finish_reason":"stop")"),
                       "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,"
                       "\"completion_tokens\":5}}\n\n",
                       "data: [DONE]\n\n"});
  const AnswerMeasures measures = MeasuresOf(nullptr, &stream.assembled, false, nullptr);
  CHECK(measures.input_tokens == 7);
  CHECK(measures.output_tokens == 5);
  CHECK_FALSE(measures.latency.has_value());
  CHECK_FALSE(measures.time_to_first_token.has_value());
}

TEST_CASE("measures: a stream that came with its head came with its first byte") {
  const Stream stream = FourTokens();
  const AnswerTiming timing{12, 11, {}};
  const AnswerMeasures measures = MeasuresOf(&timing, &stream.assembled, false, nullptr);
  CHECK(measures.time_to_first_token == 11);
  CHECK(measures.longest_gap == 0);
  CHECK(measures.time_per_output_token == 0);
}

TEST_CASE("measures: nobody knows when the events of a compressed stream came") {
  const Stream stream = FourTokens();
  const std::vector<AnswerArrival> arrivals = {{10, 10}, {20, 20}};
  const AnswerTiming timing{90, 5, arrivals};
  const AnswerMeasures measures = MeasuresOf(&timing, &stream.assembled, true, nullptr);
  CHECK(measures.latency == 90);
  CHECK(measures.output_tokens == 4);
  CHECK_FALSE(measures.time_to_first_event.has_value());
  CHECK_FALSE(measures.time_to_first_token.has_value());
  CHECK_FALSE(measures.longest_gap.has_value());
}

TEST_CASE("measures: answers that are not streamed name their tokens as their protocol does") {
  const auto tokens = [](const std::string& json) {
    const auto document = Document::Parse(json);
    REQUIRE(document.ok());
    const AnswerMeasures measures = MeasuresOf(nullptr, nullptr, false, document->get());
    return std::pair(measures.input_tokens.value_or(-1), measures.output_tokens.value_or(-1));
  };
  using Tokens = std::pair<double, double>;
  CHECK(tokens(R"({"usage":{"prompt_tokens":3,"completion_tokens":4}})") == Tokens(3, 4));
  CHECK(tokens(R"({"usage":{"input_tokens":3,"output_tokens":4}})") == Tokens(3, 4));
  CHECK(tokens(R"({"prompt_eval_count":3,"eval_count":4})") == Tokens(3, 4));
  CHECK(tokens(R"({"tokens_evaluated":3,"tokens_predicted":4})") == Tokens(3, 4));
  CHECK(tokens(R"({"details":{"generated_tokens":4}})") == Tokens(-1, 4));
  CHECK(tokens(R"({"usage":{"prompt_tokens":"3","completion_tokens":-4}})") == Tokens(-1, -1));
}

TEST_CASE("measures: a cost needs every token that has a price to be counted") {
  AnswerMeasures measures;
  measures.output_tokens = 2000;
  CHECK(CostOf(measures, {0, 15}).value() == Approx(0.03));
  CHECK_FALSE(CostOf(measures, {3, 15}).has_value());
  measures.input_tokens = 1e6;
  CHECK(CostOf(measures, {3, 15}).value() == Approx(3.03));
}

TEST_CASE("measures: each is found by its name, and nothing by another") {
  AnswerMeasures measures;
  measures.longest_gap = 3;
  CHECK(measures.Get("longest_gap") == 3);
  CHECK_FALSE(measures.Get("latency").has_value());
  CHECK_FALSE(measures.Get("cost").has_value());
}

}  // namespace
}  // namespace understudy
