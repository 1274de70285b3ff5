// Streamed answers in a suite, and comparators that are for some pairs alone.
#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/scored_pair.h"

namespace understudy {
namespace {

std::unique_ptr<PairScorer> ChatSuite(const std::string& preset = "openai-chat") {
  SuiteSpec spec;
  spec.preset = preset;
  auto suite = BuildSuite(spec);
  REQUIRE(suite.ok());
  return *std::move(suite);
}

TextAnswer Streamed(const std::string& events) {
  return {.body = events, .headers = {{"Content-Type", "text/event-stream; charset=utf-8"}}};
}

std::string Delta(const std::string& content) {
  return R"(data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":)"
         R"({"content":")" +
         content + "\"}}]}\n\n";
}

std::string Finish(const std::string& reason) {
  return R"(data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},)"
         R"("finish_reason":")" +
         reason + "\"}]}\n\ndata: [DONE]\n\n";
}

std::string Whole(const std::string& content, const std::string& reason) {
  return R"({"id":"other","object":"chat.completion","choices":[{"index":0,"message":)"
         R"({"role":"assistant","content":")" +
         content + R"("},"finish_reason":")" + reason + "\"}]}";
}

// Scores by name, of a request at temperature `temperature`.
class Scored {
 public:
  Scored(const PairScorer& suite, const TextAnswer& baseline, const TextAnswer& candidate,
         const std::string& request = R"({"temperature":0})") {
    const auto views = [](const TextAnswer& answer) {
      std::vector<AnswerHeader> headers;
      for (const auto& [name, value] : answer.headers) headers.push_back({name, value});
      return headers;
    };
    const std::vector<AnswerHeader> left = views(baseline), right = views(candidate);
    score_ = suite.Score({[&] { return std::string_view(request); },
                          {baseline.status, left, baseline.body},
                          {candidate.status, right, candidate.body}});
    names_ = suite.ComparatorNames();
  }
  const ComparatorScore& Of(const std::string& name) const {
    const auto at = std::find(names_.begin(), names_.end(), name);
    REQUIRE(at != names_.end());
    return score_.scores.at(static_cast<std::size_t>(at - names_.begin()));
  }

 private:
  PairScore score_;
  std::vector<std::string> names_;
};

TEST_CASE("suite: a streamed answer is compared with one that is not") {
  const auto suite = ChatSuite();
  const TextAnswer streamed =
      Streamed(Delta("Hello ") + ": ping\n\n" + Delta("world") + Finish("stop"));
  const Scored same(*suite, {.body = Whole("Hello world", "stop")}, streamed);
  CHECK(same.Of("text").compared);
  CHECK(same.Of("text").comparison.divergence == 0);
  CHECK(same.Of("finish").comparison.divergence == 0);
  const Scored other(*suite, streamed, {.body = Whole("Hello", "length")});
  CHECK(other.Of("text").comparison.divergence == 1);  // one is truncated
  CHECK(other.Of("finish").comparison.divergence == 1);
}

TEST_CASE("suite: a candidate's stream that fails or breaks off is wholly different") {
  const auto suite = ChatSuite();
  const TextAnswer good = Streamed(Delta("Hello") + Finish("stop"));
  const Scored failed(*suite, good,
                      Streamed(Delta("He") + "data: {\"error\":{\"message\":\"no memory\"}}\n\n"));
  CHECK(failed.Of("text").comparison.divergence == 1);
  CHECK(failed.Of("text").comparison.reason ==
        "the candidate's answer: the stream says that it failed: no memory");
  const Scored cut(*suite, good, Streamed(Delta("He")));
  CHECK(cut.Of("text").comparison.divergence == 1);
  CHECK(cut.Of("text").comparison.reason ==
        "the candidate's answer: the stream breaks off after 1 events");
  CHECK(cut.Of("status").comparison.divergence == 0);
}

TEST_CASE("suite: an incumbent's stream that fails says nothing of the candidate") {
  const auto suite = ChatSuite();
  const Scored cut(*suite, Streamed(Delta("He")), Streamed(Delta("Hello") + Finish("stop")));
  CHECK_FALSE(cut.Of("text").compared);
  CHECK(cut.Of("text").uncomparable == "incumbent_failed");
  const Scored broken(*suite, Streamed("data: {]\n\n"), Streamed(Delta("a") + Finish("stop")));
  CHECK(broken.Of("text").uncomparable == "decode_error");
}

TEST_CASE("suite: sampled answers are held to their shape, greedy ones to their words") {
  const auto suite = ChatSuite();
  const TextAnswer one{.body = Whole("The cat sat on the mat", "stop")};
  const TextAnswer other{.body = Whole("A dog lay under the bed", "stop")};
  const Scored greedy(*suite, one, other, R"({"temperature":0})");
  CHECK(greedy.Of("text").comparison.divergence > 0.5);
  CHECK_FALSE(greedy.Of("shape").applies);
  CHECK_FALSE(greedy.Of("tools").applies);
  CHECK(greedy.Of("toolcalls").compared);
  const Scored sampled(*suite, one, other, R"({"temperature":1})");
  CHECK_FALSE(sampled.Of("text").applies);
  CHECK(sampled.Of("shape").compared);
  CHECK(sampled.Of("shape").comparison.divergence == 0);
  const Scored empty(*suite, one, {.body = Whole("", "stop")}, R"({"temperature":1})");
  CHECK(empty.Of("shape").comparison.divergence == 1);
}

TEST_CASE("suite: some comparators are for JSON and some for everything else") {
  const auto suite = ChatSuite("torchserve");
  const Scored json(*suite, {.body = R"({"cat":0.9,"dog":0.1})"},
                    {.body = R"({"cat":0.2,"dog":0.8})"});
  CHECK(json.Of("json").compared);
  CHECK_FALSE(json.Of("bytes").applies);
  CHECK(json.Of("best").comparison.divergence == 1);
  const Scored bytes(*suite, {.body = "GIF89a"}, {.body = "GIF89b"});
  CHECK_FALSE(bytes.Of("json").applies);
  CHECK_FALSE(bytes.Of("best").applies);
  CHECK(bytes.Of("bytes").comparison.divergence == 1);
}

TEST_CASE("suite: an optional comparator that has nothing to compare does not apply") {
  const auto suite = ChatSuite("tfserving");
  const Scored regression(*suite, {.body = R"({"predictions":[1.5]})"},
                          {.body = R"({"predictions":[2.5]})"});
  CHECK_FALSE(regression.Of("best").applies);
  CHECK_FALSE(regression.Of("best").compared);
  CHECK(regression.Of("json").comparison.divergence == 1);
}

// Both answers' bytes with the times they came at.
PairScore ScoreTimed(const PairScorer& suite, const TextAnswer& answer, const AnswerTiming& before,
                     const AnswerTiming& now) {
  const std::vector<AnswerHeader> headers = {{answer.headers[0].first, answer.headers[0].second}};
  return suite.Score({{},
                      {answer.status, headers, answer.body, &before},
                      {answer.status, headers, answer.body, &now}});
}

TEST_CASE("suite: answers of the same bytes are held against each other by their times") {
  SuiteSpec spec;
  spec.preset = "openai-chat";
  spec.comparators = {{"same", "text", "", "", false},
                      {"first-token", "latency", R"({"of":"time_to_first_token"})", "", false}};
  const auto suite = BuildSuite(spec);
  REQUIRE(suite.ok());
  CHECK_FALSE((*suite)->Traits().same_bytes_are_equal);
  const TextAnswer streamed = Streamed(Delta("Hello") + Finish("stop"));
  const std::vector<AnswerArrival> soon = {{streamed.body.size(), 20}};
  const std::vector<AnswerArrival> late = {{streamed.body.size(), 80}};
  const PairScore score =
      ScoreTimed(**suite, streamed, AnswerTiming{20, 1, soon}, AnswerTiming{80, 1, late});
  CHECK(score.scores[0].comparison.divergence == 0);
  CHECK(score.scores[1].comparison.divergence == 0.75);
  REQUIRE(score.measures.has_value());
  CHECK(score.measures->first.time_to_first_token == 20);
  CHECK(score.measures->second.time_to_first_token == 80);
}

TEST_CASE("suite: what is measured of every pair is there for answers of the same bytes, too") {
  SuiteSpec spec;
  spec.preset = "openai-chat";
  spec.measures = true;
  const auto suite = BuildSuite(spec);
  REQUIRE(suite.ok());
  CHECK_FALSE((*suite)->Traits().same_bytes_are_equal);
  const TextAnswer whole{.body = R"({"choices":[],"usage":{"completion_tokens":9}})",
                         .headers = {{"Content-Type", "application/json"}}};
  const PairScore score =
      ScoreTimed(**suite, whole, AnswerTiming{20, 1, {}}, AnswerTiming{30, 2, {}});
  REQUIRE(score.measures.has_value());
  CHECK(score.measures->first.latency == 20);
  CHECK(score.measures->second.latency == 30);
  CHECK(score.measures->second.output_tokens == 9);
  CHECK_FALSE(score.measures->second.time_to_first_token.has_value());
}

}  // namespace
}  // namespace understudy
