// A judge between a pair and whoever judges: order, turning back, what is remembered and what is
// refused.
#include "comparators/judge/judge_comparator.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "comparators/judge/service_judge.h"
#include "test/unit/comparators/parsed_pair.h"

namespace understudy {
namespace {

struct Asked {
  std::string request, first, second;
};

// Says what a test wants and keeps what it was asked.
class FakeJudge final : public JudgeSource {
 public:
  using Say = std::function<absl::StatusOr<double>(const Asked&)>;
  FakeJudge(std::vector<Asked>& asked, Say say) : asked_(asked), say_(std::move(say)) {}

  absl::StatusOr<Comparison> Ask(const Pair&, const JudgeQuestion& question,
                                 bool candidate_first) const override {
    Asked asked{question.request, question.incumbent, question.candidate};
    if (candidate_first) std::swap(asked.first, asked.second);
    {
      std::lock_guard lock(mutex_);
      asked_.push_back(asked);
    }
    const absl::StatusOr<double> said = say_(asked);
    if (!said.ok()) return said.status();
    Comparison comparison;
    comparison.divergence = *said;
    if (*said > 0) comparison.reason = "said";
    return comparison;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Asked>& asked_;
  const Say say_;
};

JudgeOptions OptionsOf(const std::string& json = "") {
  auto options = ReadJudgeOptions(json);
  INFO(options.status().ToString());
  REQUIRE(options.ok());
  return *std::move(options);
}

JudgeComparator JudgeWith(std::vector<Asked>& asked, FakeJudge::Say say,
                          const std::string& options = "") {
  return {OptionsOf(options), std::make_unique<FakeJudge>(asked, std::move(say))};
}

FakeJudge::Say Always(double divergence) {
  return [divergence](const Asked&) { return divergence; };
}

std::string Number(int i) { return "answer " + std::to_string(i); }

}  // namespace

TEST_CASE("a judge is shown the texts at the paths, without what rules ignore") {
  std::vector<Asked> asked;
  const auto judge =
      JudgeWith(asked, Always(0.5), R"({"paths":"/choices/*/text","request":"/prompt"})");
  ParsedPair pair(R"({"id":1,"choices":[{"text":"a"},{"text":"b"}]})",
                  R"({"id":2,"choices":[{"text":"c"},{"text":{"d":[1.5,"e\""]}}]})");
  pair.pair.request_body = R"({"model":"m","prompt":"why?"})";
  REQUIRE(judge.Compare(pair.pair).ok());
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].request == "why?");
  const bool turned = asked[0].first != "a\n\nb";
  CHECK((turned ? asked[0].second : asked[0].first) == "a\n\nb");
  CHECK((turned ? asked[0].first : asked[0].second) == "c\n\n{\"d\": [1.5, \"e\\\"\"]}");

  ParsedPair whole(R"({"id":1,"text":"a"})", R"({"id":2,"text":"b"})");
  whole.baseline.document->SetMark(whole.baseline.document->At("/id")->index(), JsonMark::kIgnored);
  whole.candidate.document->SetMark(whole.candidate.document->At("/id")->index(),
                                    JsonMark::kIgnored);
  REQUIRE(JudgeWith(asked, Always(0.5)).Compare(whole.pair).ok());
  CHECK((asked[1].first + asked[1].second == R"({"text": "a"}{"text": "b"})" ||
         asked[1].first + asked[1].second == R"({"text": "b"}{"text": "a"})"));
}

TEST_CASE("each pair has its order, the same again, and about half of them are turned") {
  std::vector<Asked> asked;
  const auto judge = JudgeWith(asked, Always(0), R"({"per_minute":10000,"cache":0})");
  int turned = 0;
  for (int i = 0; i < 400; ++i) {
    const ParsedPair pair("incumbent's " + Number(i), "candidate's " + Number(i));
    REQUIRE(judge.Compare(pair.pair).ok());
    REQUIRE(judge.Compare(pair.pair).ok());
    const std::size_t last = asked.size() - 1;
    CHECK(asked[last].first == asked[last - 1].first);
    if (asked[last].first.substr(0, 9) == "candidate") ++turned;
  }
  CHECK(turned > 140);  // 10 standard deviations are 100
  CHECK(turned < 260);
}

TEST_CASE("a judge that always prefers the first answer finds no loser among many pairs") {
  std::vector<Asked> asked;
  // What an HTTP judge makes of "first": a loss where the incumbent's was first.
  const auto judge = JudgeWith(
      asked,
      [](const Asked& question) { return question.first.substr(0, 9) == "incumbent" ? 1.0 : 0.0; },
      R"({"per_minute":10000})");
  double losses = 0;
  for (int i = 0; i < 400; ++i) {
    const ParsedPair pair("incumbent's " + Number(i), "candidate's " + Number(i));
    losses += judge.Compare(pair.pair)->divergence;
  }
  CHECK(losses > 140);
  CHECK(losses < 260);
}

TEST_CASE("both orders are asked on demand, and their mean counts") {
  std::vector<Asked> asked;
  const auto judge = JudgeWith(
      asked, [](const Asked& question) { return question.first == "a" ? 0.9 : 0.1; },
      R"({"orders":"both"})");
  const ParsedPair pair("a", "b");
  const auto comparison = judge.Compare(pair.pair);
  REQUIRE(comparison.ok());
  CHECK(comparison->divergence == Approx(0.5));
  CHECK(comparison->reason == "said (first: the incumbent's)");
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].first == asked[1].second);
}

TEST_CASE("where one of both orders fails the pair is uncomparable") {
  std::vector<Asked> asked;
  const auto judge = JudgeWith(
      asked,
      [](const Asked& question) -> absl::StatusOr<double> {
        if (question.first == "a") return absl::InternalError("no");
        return 0.1;
      },
      R"({"orders":"both"})");
  CHECK(absl::IsInternal(judge.Compare(ParsedPair("a", "b").pair).status()));
}

TEST_CASE("a judgement is remembered, a failure is not") {
  std::vector<Asked> asked;
  bool away = true;
  const auto judge = JudgeWith(asked, [&](const Asked&) -> absl::StatusOr<double> {
    if (away) return absl::DeadlineExceededError("late");
    return 0.25;
  });
  const ParsedPair pair("a", "b");
  CHECK(absl::IsDeadlineExceeded(judge.Compare(pair.pair).status()));
  away = false;
  CHECK(judge.Compare(pair.pair)->divergence == 0.25);
  const auto again = judge.Compare(pair.pair);
  CHECK(again->divergence == 0.25);
  CHECK(again->reason.substr(0, 4) == "said");
  CHECK(asked.size() == 2);
  ParsedPair other("a", "b");
  other.pair.request_body = "another question";
  CHECK(judge.Compare(other.pair).ok());
  CHECK(asked.size() == 3);
}

TEST_CASE("nobody is asked where there is nothing to judge") {
  std::vector<Asked> asked;
  const auto judge = JudgeWith(asked, Always(0.5), R"({"paths":"/text"})");
  const auto compare = [&](const ParsedPair& pair) { return judge.Compare(pair.pair); };
  CHECK(compare(ParsedPair(R"({"text":"a","n":1})", R"({"text":"a","n":2})"))->divergence == 0);
  CHECK(compare(ParsedPair(R"({"text":"a"})", "no", 200, 503))->divergence == 1);
  CHECK(compare(ParsedPair(R"({"text":"a"})", "<html>"))->divergence == 1);
  CHECK(compare(ParsedPair(R"({"text":"a"})", R"({"n":1})"))->divergence == 1);
  CHECK(absl::IsUnimplemented(compare(ParsedPair(R"({"n":1})", R"({"text":"a"})")).status()));
  CHECK(absl::IsInvalidArgument(compare(ParsedPair("<html>", R"({"text":"a"})")).status()));
  CHECK(absl::IsResourceExhausted(
      compare(ParsedPair(R"({"text":")" + std::string(1'100'000, 'x') + "\"}", R"({"text":"a"})"))
          .status()));
  CHECK(asked.empty());
}

TEST_CASE("beyond the budget a pair is refused at once, and what is known needs none") {
  std::vector<Asked> asked;
  const auto judge = JudgeWith(asked, Always(0.5), R"({"per_minute":2})");
  CHECK(judge.Compare(ParsedPair("a", "b").pair).ok());
  CHECK(judge.Compare(ParsedPair("a", "c").pair).ok());
  CHECK(absl::IsUnavailable(judge.Compare(ParsedPair("a", "d").pair).status()));
  CHECK(judge.Compare(ParsedPair("a", "b").pair).ok());
  CHECK(judge.Compare(ParsedPair("a", "a").pair).ok());
  CHECK(asked.size() == 2);
}

TEST_CASE("while as many questions as may be are with the judge, others are refused") {
  std::vector<Asked> asked;
  std::mutex mutex;
  std::condition_variable changed;
  bool there = false, go_on = false;
  const auto judge = JudgeWith(
      asked,
      [&](const Asked&) {
        std::unique_lock lock(mutex);
        there = true;
        changed.notify_all();
        changed.wait_for(lock, std::chrono::seconds(10), [&] { return go_on; });
        return 0.5;
      },
      R"({"in_flight":1})");
  absl::Status first;
  std::thread asking([&] { first = judge.Compare(ParsedPair("a", "b").pair).status(); });
  {
    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, std::chrono::seconds(10), [&] { return there; }));
  }
  const absl::Status second = judge.Compare(ParsedPair("a", "c").pair).status();
  {
    std::lock_guard lock(mutex);
    go_on = true;
    changed.notify_all();
  }
  asking.join();
  CHECK(first.ok());
  CHECK(absl::IsUnavailable(second));
  CHECK(judge.Compare(ParsedPair("a", "d").pair).ok());
}

TEST_CASE("a service is shown either order, and what it found is turned back") {
  class Lengths final : public Comparator {
    absl::StatusOr<Comparison> Compare(const Pair& pair) const override {
      Comparison comparison;
      comparison.divergence = 0.5;
      comparison.differences.push_back(
          {"/x", "missing", std::string(pair.baseline.body), std::string(pair.candidate.body)});
      return comparison;
    }
  };
  const ServiceJudge judge(std::make_unique<Lengths>());
  const ParsedPair pair("a", "b");
  const auto plain = judge.Ask(pair.pair, {}, false);
  CHECK(plain->differences[0].baseline == "a");
  CHECK(plain->differences[0].kind == "missing");
  const auto turned = judge.Ask(pair.pair, {}, true);
  CHECK(turned->differences[0].baseline == "a");
  CHECK(turned->differences[0].candidate == "b");
  CHECK(turned->differences[0].kind == "extra");
}

}  // namespace understudy
