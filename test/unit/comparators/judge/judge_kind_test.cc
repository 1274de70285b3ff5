// The judge as a kind of comparator: its options, and a suite that asks one over HTTP.
#include "comparators/judge/judge_kind.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "comparators/suite.h"
#include "test/support/fake_upstream.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

std::shared_ptr<JudgeKind> Kind(
    std::shared_ptr<const JudgeKind::Services> services = std::make_shared<JudgeKind::Services>(),
    bool reads_files = true) {
  return std::make_shared<JudgeKind>(std::make_shared<HttpClient>(), std::move(services),
                                     reads_files);
}

std::string FaultOf(const std::string& options) {
  const auto built = Kind()->Build(options);
  return std::string(built.status().message());
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::unique_ptr<PairScorer> SuiteOf(const std::string& options) {
  ComparatorRegistry registry;
  REQUIRE(registry.Add(Kind()).ok());
  auto suite = BuildSuite({.comparators = {{"it", "judge", options}}}, registry);
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

ComparatorScore ScoreOf(const PairScorer& suite, std::string_view incumbent,
                        std::string_view candidate, std::string_view request = "ask") {
  const auto body = [&] { return request; };
  return suite.Score({body, {200, {}, incumbent}, {200, {}, candidate}}).scores.at(0);
}

std::string Url(const FakeUpstream& judge, const std::string& more = "") {
  return R"({"url":"http://)" + judge.Address() + "/judge?key=hidden\"" + more + "}";
}

// A comparator service that finds half.
class HalfService final : public ComparatorKind {
  class Half final : public Comparator {
    absl::StatusOr<Comparison> Compare(const Pair&) const override {
      Comparison comparison;
      comparison.divergence = 0.5;
      comparison.reason = "half";
      return comparison;
    }
  };

 public:
  explicit HalfService(std::uint32_t version) {
    description_.name = "half";
    description_.way = ComparatorWay::kService;
    description_.version = version;
  }
  const ComparatorDescription& Describe() const override { return description_; }
  absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const override {
    if (!options_json.empty() && options_json != "{}") {
      return absl::InvalidArgumentError("takes none");
    }
    BuiltComparator built;
    built.comparator = std::make_unique<Half>();
    built.needs = ComparatorNeeds::kBody;
    built.waits = true;
    return built;
  }
  std::vector<OptionFault> OptionFaults(std::string_view) const override { return {}; }

 private:
  ComparatorDescription description_;
};

std::shared_ptr<JudgeKind> KindWith(std::uint32_t version) {
  auto services = std::make_shared<JudgeKind::Services>();
  services->push_back(std::make_shared<HalfService>(version));
  return Kind(std::move(services));
}

}  // namespace

TEST_CASE(
    "every option of a judge stands in docs/comparators.md and refuses wrong values by name") {
  const std::string text = ReadWholeFile(UNDERSTUDY_DOCS "/comparators.md");
  const std::size_t begin = text.find("\n## `judge`\n");
  REQUIRE(begin != std::string::npos);
  const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
  for (const OptionDoc& option : JudgeOptionDocs()) {
    const std::string name(option.name);
    INFO(name);
    CHECK(Has(section, "\n| `" + name + "` |"));
    CHECK_FALSE(option.meaning.empty());
    const std::string wrong = name == "options" ? "7" : "{\"wrong\":1}";
    const auto faults = Kind()->OptionFaults("{\"" + name + "\":" + wrong + "}");
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].option == name);
    CHECK(Has(faults[0].message, name));
  }
}

TEST_CASE("a judge is either at a URL or a service, and options are of one of them") {
  CHECK(Has(FaultOf(""), "name the judge by one of"));
  CHECK(Has(FaultOf(R"({"url":"http://a/","service":"b"})"), "name the judge by one of"));
  CHECK(Has(FaultOf(R"({"url":"http://a/","options":{}})"), "a service's"));
  CHECK(Has(FaultOf(R"({"service":"half","rubric":"x"})"), "\"rubric\" is for a judge over HTTP"));
  CHECK(Has(FaultOf(R"({"url":"http://a/","colour":1})"), "there is no option \"colour\""));
  CHECK(FaultOf(R"({"url":"http://a/"})").empty());
  for (const char* wrong :
       {R"("timeout":"20")", R"("timeout":"5ms")", R"("timeout":"6m")", R"("timeout":20)",
        R"("share":0)", R"("share":1.1)", R"("per_minute":0)", R"("in_flight":65)", R"("cache":-1)",
        R"("token_file":"relative")", R"("orders":"random")", R"("rubric":"")"}) {
    INFO(wrong);
    CHECK_FALSE(FaultOf(std::string(R"({"url":"http://a/",)") + wrong + "}").empty());
  }
  for (const char* good : {R"("timeout":"1.5s")", R"("timeout":"300s")", R"("share":0.001)",
                           R"("cache":0)", R"("measure":"preference")", R"("version":"m 3")"}) {
    INFO(good);
    CHECK(FaultOf(std::string(R"({"url":"http://a/",)") + good + "}").empty());
  }
}

TEST_CASE("a judge over HTTP is asked in JSON and its word becomes a score") {
  const FakeUpstream judge(JsonAnswer(R"({"divergence":0.75,"reason":"first is rude"})"));
  const auto suite = SuiteOf(Url(judge, R"(,"rubric":"manners")"));
  CHECK(suite->Traits().waits);
  CHECK(suite->Traits().same_bytes_are_equal);
  const ComparatorScore score = ScoreOf(*suite, R"({"text":"a"})", R"({"text":"b"})");
  INFO(score.detail);
  REQUIRE(score.compared);
  CHECK(score.comparison.divergence == 0.75);
  CHECK(Has(score.comparison.reason, "first is rude (first: the "));
  REQUIRE(judge.WaitForRequests(1));
  const HttpText asked = judge.Requests().front();
  CHECK(Has(asked.body, R"("rubric":"manners")"));
  CHECK(Has(asked.body, R"("request":"ask")"));
  CHECK(asked.Field("x-understudy-role") == "judge");  // no judging of judging
  CHECK_FALSE(asked.Field("authorization").has_value());
  CHECK(ScoreOf(*suite, R"({"text":"a"})", R"({"text":"a"})").comparison.divergence == 0);
  CHECK(judge.Requests().size() == 1);
}

TEST_CASE("a preference counts against the candidate, whichever answer was first") {
  // Prefers "good" wherever it stands.
  const FakeUpstream judge([](FakeUpstream::Connection& connection, const HttpText& request) {
    const bool first = Has(request.body, R"("first":"good)");
    return connection.socket.Send(
        JsonAnswer(first ? R"({"preference":"first"})" : R"({"preference":"second"})"));
  });
  const auto suite = SuiteOf(Url(judge, R"(,"measure":"preference")"));
  for (int i = 0; i < 8; ++i) {
    const std::string good = "good " + std::to_string(i), bad = "bad " + std::to_string(i);
    CHECK(ScoreOf(*suite, good, bad).comparison.divergence == 1);
    CHECK(ScoreOf(*suite, bad, good).comparison.divergence == 0);
  }
}

TEST_CASE("whatever is wrong with a judge leaves the pair uncomparable, never different") {
  for (const std::string& answer :
       {JsonAnswer("{}"), JsonAnswer(R"({"divergence":2})"), JsonAnswer("", 500),
        JsonAnswer(R"({"divergence":0.5})", 201), JsonAnswer(R"({"divergence":0.5})", 429),
        std::string("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
        std::string("nonsense\r\n\r\n")}) {
    const FakeUpstream judge(answer);
    const ComparatorScore score = ScoreOf(*SuiteOf(Url(judge)), "a", "b");
    INFO(answer);
    CHECK_FALSE(score.compared);
    CHECK(score.uncomparable == "comparator_error");
    CHECK(Has(score.detail, "the judge at http://" + judge.Address() + "/judge: "));
    CHECK_FALSE(Has(score.detail, "hidden"));
  }
  const FakeUpstream silent([](FakeUpstream::Connection& connection, const HttpText&) {
    connection.Pause(10'000);
    return false;
  });
  const ComparatorScore late = ScoreOf(*SuiteOf(Url(silent, R"(,"timeout":"20ms")")), "a", "b");
  CHECK(late.uncomparable == "comparator_error");
  CHECK(Has(late.detail, "in time"));
}

TEST_CASE("a pair beyond the budget is uncomparable for want of room") {
  const FakeUpstream judge(JsonAnswer(R"({"divergence":0.5})"));
  const auto suite = SuiteOf(Url(judge, R"(,"per_minute":1)"));
  CHECK(ScoreOf(*suite, "a", "b").compared);
  CHECK(ScoreOf(*suite, "a", "c").uncomparable == "compare_queue_full");
}

TEST_CASE("a token comes from its file with each question and is shown nowhere") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("token");
  const std::string option = R"(,"token_file":")" + path + "\"";
  std::ofstream(path) << "s3cret-1\n";
  const FakeUpstream judge([](FakeUpstream::Connection& connection, const HttpText& request) {
    const std::string token = request.Field("authorization").value_or("none");
    return connection.socket.Send(
        JsonAnswer(R"({"divergence":0.5,"reason":"you said )" + token + "\"}"));
  });
  CHECK(Has(FaultOf(Url(judge, R"(,"token_file":"/nowhere/token")")), "No such file"));
  // A text that somebody sent to be checked does not tell what files there are.
  CHECK(Kind(std::make_shared<JudgeKind::Services>(), false)
            ->Build(Url(judge, R"(,"token_file":"/nowhere/token")"))
            .ok());
  const auto suite = SuiteOf(Url(judge, option));
  const ComparatorScore first = ScoreOf(*suite, "a", "b");
  CHECK(judge.Requests().back().Field("authorization") == "Bearer s3cret-1");
  CHECK(Has(first.comparison.reason, "you said Bearer [token]"));
  std::ofstream(path) << "s3cret-2\n";
  CHECK(ScoreOf(*suite, "a", "c").compared);
  CHECK(judge.Requests().back().Field("authorization") == "Bearer s3cret-2");
  std::ofstream(path) << "two words";
  const ComparatorScore broken = ScoreOf(*suite, "a", "d");
  CHECK(broken.uncomparable == "comparator_error");
  CHECK_FALSE(Has(broken.detail, "words"));
}

TEST_CASE("a judge may be a service of the configuration, whose version is part of the rules") {
  const auto fingerprint = [](std::uint32_t version) {
    ComparatorRegistry registry;
    REQUIRE(registry.Add(KindWith(version)).ok());
    const auto suite =
        BuildSuite({.comparators = {{"it", "judge", R"({"service":"half"})"}}}, registry);
    REQUIRE(suite.ok());
    CHECK((*suite)->Traits().waits);
    CHECK(ScoreOf(**suite, "a", "b").comparison.divergence == 0.5);
    return (*suite)->Fingerprint();
  };
  CHECK(fingerprint(1) == fingerprint(1));
  CHECK(fingerprint(1) != fingerprint(2));
  const auto unknown = KindWith(1)->OptionFaults(R"({"service":"halve"})");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].option == "service");
  CHECK(Has(unknown[0].message, "Did you mean \"half\"?"));
  const auto refused = KindWith(1)->OptionFaults(R"({"service":"half","options":{"a":1}})");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].option == "options");
  CHECK(Has(refused[0].message, "takes none"));
}

TEST_CASE("a judge with a share is for that share of the pairs, whatever the candidate answers") {
  const FakeUpstream judge(JsonAnswer(R"({"divergence":0.5})"));
  const auto suite = SuiteOf(Url(judge, R"(,"share":0.25,"per_minute":10000)"));
  CHECK(suite->Traits().partial == std::vector<std::string>{"it"});
  CHECK_FALSE(suite->Traits().same_bytes_are_equal);
  int asked = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string incumbent = "answer " + std::to_string(i);
    const bool applies = ScoreOf(*suite, incumbent, incumbent).applies;
    asked += applies ? 1 : 0;
    if (i < 40) CHECK(ScoreOf(*suite, incumbent, "other").applies == applies);
    const auto request = [] { return std::string_view("ask"); };
    const ComparatorScore failed =
        suite->Score({request, {200, {}, incumbent}, {}, "it gave none"}).scores.at(0);
    CHECK(failed.applies == applies);
    CHECK(failed.compared == applies);
    if (applies) CHECK(failed.comparison.divergence == 1);
  }
  CHECK(asked > 60);  // 100 expected, 8.7 is the standard deviation
  CHECK(asked < 140);
}

}  // namespace understudy
