// Suites: presets, ignore rules, reasons, containment of faults.
#include "comparators/suite.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "comparators/presets.h"
#include "test/support/encoders.h"
#include "test/unit/comparators/parsed_pair.h"
#include "test/unit/comparators/scored_pair.h"

namespace understudy {
namespace {

std::unique_ptr<PairScorer> Suite(const SuiteSpec& spec) {
  auto suite = BuildSuite(spec);
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

std::string Fault(const SuiteSpec& spec) {
  return std::string(BuildSuite(spec).status().message());
}

// A comparator that does what it is told.
class Scripted final : public Comparator {
 public:
  explicit Scripted(std::function<absl::StatusOr<Comparison>()> act) : act_(std::move(act)) {}
  absl::StatusOr<Comparison> Compare(const Pair&) const override { return act_(); }

 private:
  std::function<absl::StatusOr<Comparison>()> act_;
};

ComparatorScore ScoreScripted(std::function<absl::StatusOr<Comparison>()> act) {
  SuiteParts parts;
  parts.members.push_back(
      {"scripted", {std::make_unique<Scripted>(std::move(act)), ComparatorNeeds::kHead, false}});
  return ScoreTexts(*MakeSuite(std::move(parts)), {}, {}).scores.at(0);
}

const std::string kLabel = Answer1("INT32", "[2]", "[1,2]");

TEST_CASE("suite: presets have comparators of stable names") {
  using Names = std::vector<std::string>;
  CHECK(Suite({.preset = "oip-v2"})->ComparatorNames() == Names{"status", "values", "top1"});
  CHECK(Suite({.preset = "generic-json"})->ComparatorNames() == Names{"status", "json"});
  CHECK(Suite({})->ComparatorNames() == Names{"status", "exact"});
  CHECK(Suite({.comparators = {{"mine", "json", ""}}})->ComparatorNames() == Names{"mine"});
  for (const Preset& preset : Presets())
    CHECK(BuildSuite({.preset = std::string(preset.name)}).ok());
}

TEST_CASE("suite: a candidate that gives no answer is at divergence 1 in every comparator") {
  const auto suite = Suite({.preset = "openai-chat"});
  const PairScore score = suite->Score({{}, {200, {}, "{}"}, {}, "it timed out"});
  REQUIRE(score.scores.size() == suite->ComparatorNames().size());
  for (const ComparatorScore& one : score.scores) {
    CHECK(one.compared);
    CHECK(one.comparison.divergence == 1);
    CHECK(one.comparison.reason == "it timed out");
  }
}

TEST_CASE("suite: a comparator with a share is for that share of the pairs, same bytes or not") {
  SuiteParts parts;
  parts.members.push_back({"rare",
                           {.comparator = std::make_unique<Scripted>([] { return Comparison(); }),
                            .needs = ComparatorNeeds::kBody,
                            .same_bytes_are_equal = true,
                            .share = 0.25}});
  parts.members.push_back({"all",
                           {.comparator = std::make_unique<Scripted>([] { return Comparison(); }),
                            .needs = ComparatorNeeds::kBody,
                            .same_bytes_are_equal = true}});
  const auto suite = MakeSuite(std::move(parts));
  CHECK(suite->Traits().partial == std::vector<std::string>{"rare"});
  CHECK_FALSE(suite->Traits().same_bytes_are_equal);
  int sampled = 0;
  for (int i = 0; i < 400; ++i) {
    const std::string body = "answer " + std::to_string(i);
    const PairScore same = ScoreTexts(*suite, {.body = body}, {.body = body});
    const PairScore other = ScoreTexts(*suite, {.body = body}, {.body = "other"});
    CHECK(same.scores[0].applies == other.scores[0].applies);
    CHECK(same.scores[1].compared);
    if (same.scores[0].applies) ++sampled;
  }
  CHECK(sampled > 60);  // 100 expected, 8.7 is the standard deviation
  CHECK(sampled < 140);
}

TEST_CASE("suite: every comparator of oip-v2 scores a pair") {
  const auto suite = Suite({.preset = "oip-v2"});
  const PairScore score =
      ScoreTexts(*suite, {.body = kLabel}, {.body = Answer1("INT32", "[2]", "[1,3]")});
  REQUIRE(score.scores.size() == 3);
  CHECK(score.scores[0].comparison.divergence == 0);
  CHECK(score.scores[1].comparison.divergence == 0.5);
  CHECK(score.scores[2].comparison.divergence == 1);
  for (const ComparatorScore& one : score.scores) CHECK(one.compared);
}

TEST_CASE("suite: oip-v2 shows another model version and does not count it") {
  const auto suite =
      Suite({.preset = "oip-v2", .comparators = {{"values", "tensors", ""}, {"all", "json", ""}}});
  const std::string rest =
      R"(,"outputs":[{"name":"p","datatype":"INT32","shape":[1],"data":[1]}]})";
  const PairScore score =
      ScoreTexts(*suite, {.body = R"({"id":"7","model_name":"m","model_version":"1")" + rest},
                 {.body = R"({"id":"8","model_name":"m","model_version":"2")" + rest});
  for (const ComparatorScore& one : score.scores) {
    CHECK(one.compared);
    CHECK(one.comparison.divergence == 0);
    REQUIRE(one.comparison.differences.size() == 1);
    CHECK(one.comparison.differences[0].path == "/model_version");
    CHECK(one.comparison.differences[0].candidate == "\"2\"");
  }
  CHECK(suite->IgnoreRules().size() == score.ignore_hits.size());
  CHECK(suite->IgnoreRules().front() == "/id");
  CHECK(score.ignore_hits.front() == 1);
  CHECK(std::accumulate(score.ignore_hits.begin(), score.ignore_hits.end(), 0u) == 1);
}

TEST_CASE("suite: ignore rules drop what they cover and count the leaves") {
  const auto suite = Suite(
      {.preset = "generic-json", .ignore = {{"/meta", "timing"}, {"/**/id", ""}, {"/none", ""}}});
  const PairScore score =
      ScoreTexts(*suite, {.body = R"({"meta":{"a":1,"b":2},"x":[{"id":1,"v":1}]})"},
                 {.body = R"({"meta":{"a":3,"c":1,"d":1},"x":[{"id":2,"v":1}]})"});
  CHECK(score.scores[1].comparison.divergence == 0);
  CHECK(score.scores[1].comparison.differences.empty());
  CHECK(score.ignore_hits == std::vector<std::uint32_t>{3, 1, 0});
  // An ignored part that only one side has is no difference either.
  const PairScore one_sided =
      ScoreTexts(*suite, {.body = R"({"v":1})"}, {.body = R"({"v":1,"meta":{"a":1}})"});
  CHECK(one_sided.scores[1].comparison.divergence == 0);
}

TEST_CASE("suite: content-encodings are removed before bodies are compared") {
  const std::string body = R"({"a":[1,2,3]})";
  for (const char* preset : {"", "generic-json"}) {
    const auto suite = Suite({.preset = preset});
    const PairScore score =
        ScoreTexts(*suite, {.body = Gzipped(body), .headers = {{"Content-Encoding", "gzip"}}},
                   {.body = Brotlied(Zstded(body)),
                    .headers = {{"content-encoding", "zstd"}, {"CONTENT-ENCODING", "br"}}});
    REQUIRE(score.scores[1].compared);
    CHECK(score.scores[1].comparison.divergence == 0);
  }
}

TEST_CASE("suite: equal bytes are the same without being decoded") {
  const auto suite = Suite({.comparators = {{"json", "json", ""},
                                            {"exact", "exact", ""},
                                            {"tensors", "tensors", ""},
                                            {"top1", "top1", ""},
                                            {"strict", "json", R"({"equal_nan":false})"}}});
  const TextAnswer broken{.body = "no gzip", .headers = {{"content-encoding", "gzip"}}};
  const PairScore score = ScoreTexts(*suite, broken, broken);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(score.scores[i].compared);
    CHECK(score.scores[i].comparison.divergence == 0);
  }
  // A comparator for which NaN is not NaN has to look.
  CHECK(score.scores[4].uncomparable == "decode_error");
  const PairScore nan = ScoreTexts(*suite, {.body = "[NaN]"}, {.body = "[NaN]"});
  CHECK(nan.scores[0].comparison.divergence == 0);
  CHECK(nan.scores[4].comparison.divergence == 1);
}

TEST_CASE("suite: a request's body is put together only when a comparator looks") {
  SuiteParts parts;
  parts.members.push_back({"reader",
                           {.comparator = std::make_unique<Scripted>([] { return Comparison(); }),
                            .needs = ComparatorNeeds::kBody,
                            .same_bytes_are_equal = true}});
  const auto suite = MakeSuite(std::move(parts));
  int asked = 0;
  const std::function<std::string_view()> request = [&asked]() -> std::string_view {
    ++asked;
    return "{}";
  };
  suite->Score({request, {200, {}, kLabel}, {200, {}, kLabel}});
  CHECK(asked == 0);
  suite->Score({request, {200, {}, kLabel}, {200, {}, "{}"}});
  CHECK(asked > 0);
  asked = 0;
  Suite({.preset = "oip-v2"})->Score({request, {200, {}, kLabel}, {200, {}, "{}"}});
  CHECK(asked == 0);
}

TEST_CASE("suite: equal bytes of another encoding or status are looked at") {
  const auto suite = Suite({.preset = ""});
  const std::string zipped = Gzipped("x");
  const PairScore encoding = ScoreTexts(
      *suite, {.body = zipped, .headers = {{"content-encoding", "gzip"}}}, {.body = zipped});
  CHECK(encoding.scores[1].comparison.divergence == 1);
  const PairScore status =
      ScoreTexts(*suite, {.status = 200, .body = "x"}, {.status = 500, .body = "x"});
  CHECK(status.scores[0].comparison.divergence == 1);
  CHECK(status.scores[1].comparison.divergence == 0);
}

TEST_CASE("suite: status tells classes apart") {
  const auto suite = Suite({.comparators = {{"status", "status", ""}}});
  const auto score = [&](int a, int b) {
    return ScoreTexts(*suite, {.status = a}, {.status = b}).scores[0].comparison;
  };
  CHECK(score(200, 200).divergence == 0);
  CHECK(score(500, 503).divergence == 0.5);
  CHECK(score(200, 404).divergence == 1);
  CHECK(score(200, 404).reason == "status 200 became 404");
}

TEST_CASE("suite: a broken body of the incumbent is uncomparable, of the candidate different") {
  const auto suite = Suite({.comparators = {{"json", "json", ""}, {"exact", "exact", ""}}});
  const TextAnswer good{.body = Gzipped("{}"), .headers = {{"content-encoding", "gzip"}}};
  const TextAnswer bad{.body = "{}", .headers = {{"content-encoding", "gzip"}}};
  for (const ComparatorScore& score : ScoreTexts(*suite, bad, good).scores) {
    CHECK_FALSE(score.compared);
    CHECK(score.uncomparable == "decode_error");
    CHECK(score.detail == "the gzip body of 2 bytes is corrupt");
  }
  for (const ComparatorScore& score : ScoreTexts(*suite, good, bad).scores) {
    CHECK(score.compared);
    CHECK(score.comparison.divergence == 1);
  }
  const TextAnswer unknown{.body = "x", .headers = {{"content-encoding", "compress"}}};
  for (const ComparatorScore& score : ScoreTexts(*suite, good, unknown).scores) {
    CHECK(score.uncomparable == "unsupported");
  }
}

TEST_CASE("suite: JSON against other text is a difference, the reverse cannot be told") {
  const auto suite = Suite({.preset = "generic-json"});
  CHECK(ScoreTexts(*suite, {.body = "{}"}, {.body = "<html>"}).scores[1].comparison.divergence ==
        1);
  const ComparatorScore score = ScoreTexts(*suite, {.body = "<html>"}, {.body = "{}"}).scores[1];
  CHECK(score.uncomparable == "not_json");
  CHECK(score.detail == "the incumbent's body is no JSON: byte 0: expected a value");
}

TEST_CASE("suite: documents beyond the bounds say so") {
  const auto suite = Suite({.preset = "oip-v2"});
  const std::string deep(600, '[');
  CHECK(ScoreTexts(*suite, {.body = kLabel}, {.body = deep}).scores[1].uncomparable == "too_large");
}

TEST_CASE("suite: what a comparator does wrong costs its own score alone") {
  CHECK(ScoreScripted([] { return Comparison{.divergence = 0.5}; }).comparison.divergence == 0.5);
  for (const double bad : {-0.1, 1.1, double{NAN}, double{INFINITY}}) {
    const ComparatorScore score = ScoreScripted([=] { return Comparison{.divergence = bad}; });
    CHECK_FALSE(score.compared);
    CHECK(score.uncomparable == "comparator_error");
  }
  const ComparatorScore thrown = ScoreScripted([]() -> absl::StatusOr<Comparison> {
    throw std::runtime_error("boom " + std::string(1000, 'x'));
  });
  CHECK(thrown.uncomparable == "comparator_error");
  CHECK(thrown.detail.starts_with("boom"));
  CHECK(thrown.detail.size() <= 256);
  CHECK(ScoreScripted([]() -> absl::StatusOr<Comparison> { throw 7; }).uncomparable ==
        "comparator_error");
  CHECK(ScoreScripted([]() -> absl::StatusOr<Comparison> {
          return absl::UnavailableError("gone");
        }).detail == "gone");
  const ComparatorScore talkative = ScoreScripted([] {
    Comparison comparison{.divergence = 1, .reason = std::string(1000, 'r')};
    comparison.differences.resize(100, {std::string(1000, 'p'), "value", "", ""});
    return comparison;
  });
  CHECK(talkative.comparison.reason.size() <= 256);
  CHECK(talkative.comparison.differences.size() == 32);
  CHECK(talkative.comparison.differences[0].path.size() <= 256);
}

TEST_CASE("suite: faults of a configuration are all named at once") {
  const std::string fault = Fault({.preset = "oip-v3",
                                   .ignore = {{"/**", "all"}, {"id", ""}},
                                   .comparators = {{"a", "jsn", ""},
                                                   {"b", "json", R"({"atoll":1})"},
                                                   {"c", "exact", R"({"x":1})"},
                                                   {"d", "status", ""},
                                                   {"d", "exact", ""},
                                                   {"", "exact", ""}}});
  for (const char* part :
       {"there is no preset \"oip-v3\". Did you mean \"oip-v2\"?",
        "the ignore rule \"/**\" covers the whole answer", "\"id\" is not a path",
        "there is no comparator \"jsn\". Did you mean \"json\"?",
        "comparator json: there is no option \"atoll\". Did you mean \"atol\"?",
        "comparator exact: there is no option \"x\". It takes none.",
        "two comparators are named \"d\"", "a comparator's name has 1 to 64 bytes"}) {
    INFO(fault);
    CHECK(fault.find(part) != std::string::npos);
  }
}

TEST_CASE("suite: each faulty option, name and rule is a fault of its own with its place") {
  SuiteSpec spec;
  spec.ignore = {{"/ok", ""}, {"/**", ""}};
  spec.comparators = {{"a", "json", R"({"rtol":-1,"atol":"x","arays":"list","score":"share"})"},
                      {"a", "top1", R"({"tie_margin":true})"},
                      {"b", "jsn", ""}};
  std::vector<std::string> places;
  for (const SuiteFault& fault : FindSuiteFaults(spec)) {
    places.push_back(fault.where);
    CHECK_FALSE(fault.message.empty());
    CHECK(fault.unknown_option == (fault.where == "comparators[0].options.arays"));
  }
  CHECK(places == std::vector<std::string>{"ignore[1].path", "comparators[0].options.rtol",
                                           "comparators[0].options.atol",
                                           "comparators[0].options.arays", "comparators[1].name",
                                           "comparators[1].options.tie_margin",
                                           "comparators[2].use"});
  CHECK(FindSuiteFaults({.preset = "oip-v2"}).empty());
}

TEST_CASE("suite: rules that cover the root are refused in every spelling") {
  for (const char* path : {"", "/", "/*", "/**", "/**/*", "/*/**"}) {
    INFO(path);
    CHECK_FALSE(BuildSuite({.preset = "generic-json", .ignore = {{path, ""}}}).ok());
  }
}

TEST_CASE("suite: the fingerprint moves with the rules and not with their spelling") {
  const auto print = [](const SuiteSpec& spec) { return Suite(spec)->Fingerprint(); };
  const auto json = [&](const std::string& options) {
    return print({.comparators = {{"j", "json", options}}});
  };
  CHECK(json(R"({"atol":1,"rtol":0.5})") == json(R"({ "rtol" : 0.5, "atol" : 1 })"));
  CHECK(json("") == json("{}"));
  CHECK(json(R"({"atol":1})") != json(R"({"atol":2})"));
  CHECK(json("") != print({.comparators = {{"k", "json", ""}}}));
  CHECK(json("") != print({.comparators = {{"j", "exact", ""}}}));
  CHECK(json("") != print({.ignore = {{"/id", ""}}, .comparators = {{"j", "json", ""}}}));
  CHECK(print({.preset = "oip-v2", .ignore = {{"/a", "x"}, {"/b", ""}}}) ==
        print({.preset = "oip-v2", .ignore = {{"/b", ""}, {"/a", "y"}}}));
  // A value that must not move between builds: evidence on disk is bound to it.
  CHECK(print({}) == 0xaaed1489bc9a358du);
}

}  // namespace
}  // namespace understudy
