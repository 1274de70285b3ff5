// The parts of a judge that need nobody to ask: URLs, messages, budgets, what is remembered,
// tokens.
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "comparators/document.h"
#include "comparators/judge/http_endpoint.h"
#include "comparators/judge/judge_budget.h"
#include "comparators/judge/judge_messages.h"
#include "comparators/judge/judgement_cache.h"
#include "comparators/judge/token_file.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

std::string FaultOf(std::string_view url) {
  return std::string(HttpEndpoint::Parse(url).status().message());
}

Comparison At(double divergence, std::string reason = "why") {
  Comparison comparison;
  comparison.divergence = divergence;
  comparison.reason = std::move(reason);
  return comparison;
}

}  // namespace

TEST_CASE("a URL is taken apart into what is connected to and what is sent") {
  const auto whole = HttpEndpoint::Parse("http://judge.local:8900/v1/judge?model=a");
  REQUIRE(whole.ok());
  CHECK(whole->host == "judge.local");
  CHECK(whole->port == "8900");
  CHECK(whole->target == "/v1/judge?model=a");
  CHECK(whole->field == "judge.local:8900");
  CHECK(whole->Shown() == "http://judge.local:8900/v1/judge");
  const auto bare = HttpEndpoint::Parse("http://[::1]");
  REQUIRE(bare.ok());
  CHECK(bare->host == "::1");
  CHECK(bare->port == "80");
  CHECK(bare->target == "/");
  CHECK(HttpEndpoint::Parse("http://h?q")->target == "/?q");
}

TEST_CASE("a URL that is none is refused with a reason, and is not repeated") {
  CHECK(FaultOf("https://judge/").find("TLS") != std::string::npos);
  CHECK(FaultOf("judge:80/").find("http://") != std::string::npos);
  CHECK(FaultOf("http://user:secret@judge/").find("token_file") != std::string::npos);
  CHECK(FaultOf("http://user:secret@judge/").find("secret") == std::string::npos);
  for (const char* url : {"http://", "http:///path", "http://:80/", "http://a:0/",
                          "http://a:65536/", "http://a:b/", "http://a b/", "http://a/\r\nX: y",
                          "http://[::1/", "http://[::1]80/", "http://a/#b", "http://a\x80/"}) {
    INFO(url);
    CHECK_FALSE(HttpEndpoint::Parse(url).ok());
  }
}

TEST_CASE("what a judge is asked is JSON, whatever bytes it is about") {
  CHECK(JudgeRequest(JudgeMeasure::kDivergence, "", "ask", "a\"\n", "\xFF") ==
        "{\"measure\":\"divergence\",\"request\":\"ask\",\"first\":\"a\\\"\\u000a\",\"second\":"
        "\"\xEF\xBF\xBD\"}");
  CHECK(JudgeRequest(JudgeMeasure::kPreference, "be kind", "", "", "b") ==
        R"({"measure":"preference","request":"","first":"","second":"b","rubric":"be kind"})");
}

TEST_CASE("every byte and every cut character makes a question that a reader of JSON takes") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const std::string& text : {bytes, bytes + "\xF0\x9F\x98", std::string(300'000, '"')}) {
    const std::string question = JudgeRequest(JudgeMeasure::kDivergence, text, text, text,
                                              std::string(text.rbegin(), text.rend()));
    const auto document = Document::Parse(question);
    INFO(document.status().ToString());
    REQUIRE(document.ok());
    CHECK((*document)->At("/rubric")->AsString() == (*document)->At("/first")->AsString());
    CHECK((*document)->At("/request")->AsString().size() >= text.size());
  }
}

TEST_CASE("a judgement is a divergence, or a preference that counts against the candidate alone") {
  const auto apart =
      ReadJudgement(JudgeMeasure::kDivergence, R"({"divergence": 0.25, "reason": "tone"})");
  REQUIRE(apart.ok());
  CHECK(apart->incumbent_first == 0.25);
  CHECK(apart->candidate_first == 0.25);
  CHECK(apart->reason == "tone");
  const auto first = ReadJudgement(JudgeMeasure::kPreference, R"({"preference": "first"})");
  CHECK(first->incumbent_first == 1);
  CHECK(first->candidate_first == 0);
  const auto second = ReadJudgement(JudgeMeasure::kPreference, R"({"preference": "second"})");
  CHECK(second->incumbent_first == 0);
  CHECK(second->candidate_first == 1);
  const auto tie = ReadJudgement(JudgeMeasure::kPreference, R"({"preference": "tie"})");
  CHECK(tie->incumbent_first == 0);
  CHECK(tie->candidate_first == 0);
}

TEST_CASE("what is no judgement is an error, never a score") {
  for (const char* body :
       {"", "no", "[0.5]", "0.5", "{}", R"({"divergence": "0.5"})", R"({"divergence": 1.5})",
        R"({"divergence": -0.1})", R"({"divergence": NaN})", R"({"divergence": null})",
        R"({"preference": "first"})", R"({"divergence": 0, "divergence": 1})"}) {
    INFO(body);
    CHECK(absl::IsInternal(ReadJudgement(JudgeMeasure::kDivergence, body).status()));
  }
  for (const char* body : {R"({"divergence": 0.5})", R"({"preference": "First"})",
                           R"({"preference": 1})", R"({"preference": "incumbent"})"}) {
    INFO(body);
    CHECK(absl::IsInternal(ReadJudgement(JudgeMeasure::kPreference, body).status()));
  }
}

TEST_CASE("a budget has room for so many questions at once and in any minute") {
  using std::chrono::seconds;
  const JudgeBudget::Time start{};
  JudgeBudget budget(3, 2);
  CHECK(budget.Enter(1, start).ok());
  CHECK(budget.Enter(1, start).ok());
  CHECK(absl::IsUnavailable(budget.Enter(1, start)));  // two are under way
  budget.Leave();
  CHECK(budget.Enter(1, start + seconds(30)).ok());
  budget.Leave();
  CHECK(absl::IsUnavailable(budget.Enter(1, start + seconds(59))));  // three in the minute
  CHECK(budget.Refused() == 2);
  CHECK(budget.Enter(1, start + seconds(60)).ok());
}

TEST_CASE("a budget below what one pair takes lets one pair a minute through") {
  const JudgeBudget::Time start{};
  JudgeBudget budget(1, 4);
  CHECK(budget.Enter(2, start).ok());
  CHECK(absl::IsUnavailable(budget.Enter(2, start + std::chrono::seconds(59))));
  CHECK(budget.Enter(2, start + std::chrono::seconds(60)).ok());
}

TEST_CASE("judgements that were used last are remembered, within entries and bytes") {
  JudgementCache cache(2);
  CHECK_FALSE(cache.Find("a").has_value());
  cache.Keep("a", At(0.1));
  cache.Keep("b", At(0.2));
  CHECK(cache.Find("a")->divergence == 0.1);
  cache.Keep("c", At(0.3));
  CHECK_FALSE(cache.Find("b").has_value());
  CHECK(cache.Find("a")->divergence == 0.1);
  CHECK(cache.Find("c")->reason == "why");
  JudgementCache none(0);
  none.Keep("a", At(0.1));
  CHECK_FALSE(none.Find("a").has_value());
  JudgementCache small(100, 1000);
  for (int i = 0; i < 20; ++i) small.Keep(std::string(400, static_cast<char>('a' + i)), At(0.5));
  CHECK_FALSE(small.Find(std::string(400, 'a')).has_value());
  CHECK(small.Find(std::string(400, 't')).has_value());
  small.Keep(std::string(2000, 'x'), At(0.5));
  CHECK_FALSE(small.Find(std::string(2000, 'x')).has_value());
}

TEST_CASE("a token is one line of a file, and faults of the file show none of it") {
  const TemporaryDirectory folder;
  const std::string path = folder.Path() + "/token";
  const auto read = [&](std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    return ReadTokenFile(path);
  };
  CHECK(read("s3cret\n").value() == "s3cret");
  CHECK(read(" s3cret \r\n\n").value() == "s3cret");
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("s3cret\nmore"), std::string("s3cret more"),
        std::string("s3cr\xC3\xA9t"), std::string(9000, 's')}) {
    const auto fault = read(text);
    REQUIRE_FALSE(fault.ok());
    CHECK(fault.status().message().find(path) != absl::string_view::npos);
    CHECK(fault.status().message().find("s3cr") == absl::string_view::npos);
  }
  CHECK(ReadTokenFile(path + ".none").status().message().find("No such file") !=
        absl::string_view::npos);
  CHECK_FALSE(ReadTokenFile(folder.Path()).ok());
}

}  // namespace understudy
