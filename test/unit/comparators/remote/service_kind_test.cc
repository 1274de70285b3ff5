// A service as a comparator: how it is met, what it says of options, what becomes of its scores.
#include "comparators/remote/service_kind.h"

#include <catch2/catch.hpp>
#include <limits>
#include <optional>

#include "comparators/remote/comparator_services.h"
#include "comparators/suite.h"
#include "test/support/fake_comparator_service.h"

namespace understudy {
namespace {

using Fake = FakeComparatorService;

ServiceRule RuleOf(const Fake& fake) { return {"mine", fake.Address(), std::chrono::seconds(60)}; }

std::shared_ptr<const ComparatorKind> Met(ComparatorServices& services, const Fake& fake) {
  const auto kind = services.Meet(RuleOf(fake));
  INFO(kind.status().ToString());
  REQUIRE(kind.ok());
  return *kind;
}

// What a suite makes of one pair whose answers have these bodies.
ComparatorScore ScoreOf(const std::shared_ptr<const ComparatorKind>& kind,
                        std::string_view incumbent, std::string_view candidate,
                        const std::string& options = "") {
  ComparatorRegistry registry;
  REQUIRE(registry.Add(kind).ok());
  const auto suite = BuildSuite({.comparators = {{"it", "mine", options}}}, registry);
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  CHECK((*suite)->Traits().waits);
  const AnswerHeader header{"X-Model", "m\xFF"};
  const auto request = [] { return std::string_view("ask"); };
  return (*suite)
      ->Score({request, {200, {&header, 1}, incumbent}, {503, {}, candidate}})
      .scores.at(0);
}

ComparatorScore ScoreWith(Fake::Behaviour behaviour) {
  Fake fake(std::move(behaviour));
  ComparatorServices services;
  return ScoreOf(Met(services, fake), "a", "b");
}

Fake::Answers Half(const v1::CompareRequest& request) {
  return {Fake::Score(request.id(), 0.5, "half of it")};
}

void DescribeOptions(const v1::DescribeComparatorRequest& request,
                     v1::DescribeComparatorResponse& response) {
  v1::ComparatorOption& option = *response.add_options();
  option.set_name("level");
  option.set_type("number");
  option.set_meaning("how high\nit is");
  if (request.options_json().find('9') != std::string::npos) {
    v1::RefusedOption& refused = *response.add_refused();
    refused.set_option("level");
    refused.set_message("must be below 9");
  }
}

std::string WhyNotMet(const std::function<void(v1::DescribeComparatorResponse&)>& spoil) {
  Fake fake({Half, [&](const v1::DescribeComparatorRequest&,
                       v1::DescribeComparatorResponse& response) { spoil(response); }});
  ComparatorServices services;
  return std::string(services.Meet(RuleOf(fake)).status().message());
}

}  // namespace

TEST_CASE("a service is a comparator by the name the configuration gives it") {
  Fake fake({Half, DescribeOptions});
  ComparatorServices services;
  const auto kind = Met(services, fake);
  const ComparatorDescription& description = kind->Describe();
  CHECK(description.name == "mine");
  CHECK(description.summary == "what a test wants");
  CHECK(description.way == ComparatorWay::kService);
  CHECK(description.origin == "of the service at " + fake.Address());
  REQUIRE(description.options.size() == 1);
  CHECK(description.options[0].name == "level");
  CHECK(description.options[0].meaning == "how high it is");
}

TEST_CASE("the pair reaches the service as it is, and its score comes back") {
  v1::CompareRequest seen;
  Fake fake({[&](const v1::CompareRequest& request) {
               seen = request;
               return Half(request);
             },
             DescribeOptions});
  ComparatorServices services;
  const ComparatorScore score =
      ScoreOf(Met(services, fake), std::string("a\0\xFF", 3), "b", R"({"level":  3})");
  CHECK(score.compared);
  CHECK(score.comparison.divergence == 0.5);
  CHECK(score.comparison.reason == "half of it");
  CHECK(seen.request_body() == "ask");
  CHECK(seen.options_json() == R"({"level":  3})");
  CHECK(seen.incumbent().status() == 200);
  CHECK(seen.incumbent().body() == std::string("a\0\xFF", 3));
  REQUIRE(seen.incumbent().headers_size() == 1);
  CHECK(seen.incumbent().headers(0).name() == "x-model");
  CHECK(seen.incumbent().headers(0).value() == "m\xFF");
  CHECK(seen.candidate().status() == 503);
  CHECK(seen.candidate().body() == "b");
}

TEST_CASE("options are judged by the service, once, and its faults stand at them") {
  Fake fake({Half, DescribeOptions});
  ComparatorServices services;
  const auto kind = Met(services, fake);
  CHECK(kind->Build(R"({"level":1})").ok());
  CHECK(kind->Build(R"({"level":1})").ok());
  CHECK(fake.Descriptions() == 2);  // who it is, and these options
  CHECK(kind->Build(R"({"level":9})").status().message() ==
        "comparator mine: option \"level\" must be below 9");
  const auto faults = kind->OptionFaults(R"({"level":9})");
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].option == "level");
  CHECK_FALSE(faults[0].unknown);
  CHECK(fake.Descriptions() == 3);
  const auto unknown = kind->OptionFaults(R"({"levle":1})");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].unknown);
  CHECK(unknown[0].message ==
        "comparator mine: there is no option \"levle\". Did you mean \"level\"?");
}

TEST_CASE("a service that is not there is refused with its address and what to do") {
  std::optional<Fake> fake(std::in_place, Fake::Behaviour{Half});
  const ServiceRule rule = RuleOf(*fake);
  fake.reset();
  ComparatorServices services;
  const std::string why(services.Meet(rule).status().message());
  CHECK(why.starts_with("the comparator service \"mine\" at " + rule.address +
                        " did not say who it is: it cannot be reached or failed ("));
  CHECK(
      why.ends_with("; start it first, mend the address, or take it out of "
                    "'comparator_services' and of the routes that use it"));
  CHECK(absl::IsNotFound(services.Find(rule).status()));
}

TEST_CASE("a server of something else is refused") {
  v1::ComparatorService::Service bare;  // answers that it has no such method
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&bare);
  const auto server = builder.BuildAndStart();
  ComparatorServices services;
  const auto met = services.Meet({"mine", "127.0.0.1:" + std::to_string(port)});
  CHECK(std::string(met.status().message())
            .find("it does not speak understudy.v1.ComparatorService") != std::string::npos);
}

TEST_CASE("a service that describes itself beyond the bounds is refused") {
  CHECK(WhyNotMet([](auto& response) {
          for (int i = 0; i < 65; ++i) response.add_options()->set_name("o" + std::to_string(i));
        }).ends_with("documents 65 options; at most 64 are allowed"));
  CHECK(WhyNotMet([](auto& response) {
          response.add_options()->set_name("a b");
        }).find("names an option \"a b\"") != std::string::npos);
  CHECK(WhyNotMet([](auto& response) {
          response.set_summary(std::string(3u << 20, 'x'));
        }).find("larger than one side takes") != std::string::npos);
}

// Says which version it is now.
Fake::Behaviour Versioned(const std::atomic<int>& version) {
  return {Half,
          [&](const v1::DescribeComparatorRequest&, v1::DescribeComparatorResponse& response) {
            response.set_version(std::to_string(version));
          }};
}

TEST_CASE("another version is another measure") {
  std::atomic<int> version{1};
  Fake fake(Versioned(version));
  ComparatorServices services;
  const auto first = Met(services, fake);
  CHECK(Met(services, fake)->Describe().version == first->Describe().version);
  version = 2;
  CHECK(Met(services, fake)->Describe().version != first->Describe().version);
}

TEST_CASE("a service that was replaced cannot tell until the configuration is loaded anew") {
  std::atomic<int> version{1};
  Fake fake(Versioned(version));
  ComparatorServices services;
  const auto first = Met(services, fake);
  version = 2;
  const ComparatorScore score = ScoreOf(first, "a", "b");
  CHECK(score.uncomparable == "comparator_error");
  CHECK(score.detail ==
        "the comparator service \"mine\" is now fake 2 and was fake 1; reload the configuration to "
        "begin new evidence with it");
  CHECK(ScoreOf(Met(services, fake), "a", "b").compared);
}

TEST_CASE("a service's own doubts keep their reasons") {
  const auto reason = [](v1::CannotTell::Why why, const std::string& text) {
    const ComparatorScore score = ScoreWith({[&](const v1::CompareRequest& request) {
      v1::CompareResponse response;
      response.set_id(request.id());
      response.mutable_cannot_tell()->set_why(why);
      response.mutable_cannot_tell()->set_text(text);
      return Fake::Answers{response};
    }});
    return score.uncomparable + ": " + score.detail;
  };
  CHECK(reason(v1::CannotTell::UNSUPPORTED, "no text") == "unsupported: no text");
  CHECK(reason(v1::CannotTell::UNREADABLE, "cut") == "decode_error: cut");
  CHECK(reason(v1::CannotTell::NOT_JSON, "html").starts_with("not_json: html"));
  CHECK(reason(v1::CannotTell::TOO_LARGE, "vast") == "too_large: vast");
  CHECK(reason(v1::CannotTell::WHY_UNSPECIFIED, "") ==
        "comparator_error: the service cannot tell and does not say why");
}

TEST_CASE("scores that are none leave the pair uncomparable") {
  for (const double divergence : {std::numeric_limits<double>::quiet_NaN(), -0.1, 1.5,
                                  std::numeric_limits<double>::infinity()}) {
    const ComparatorScore score = ScoreWith({[&](const v1::CompareRequest& request) {
      return Fake::Answers{Fake::Score(request.id(), divergence)};
    }});
    CHECK_FALSE(score.compared);
    CHECK(score.uncomparable == "comparator_error");
  }
  const ComparatorScore silent = ScoreWith({[](const v1::CompareRequest& request) {
    v1::CompareResponse response;
    response.set_id(request.id());
    return Fake::Answers{response};
  }});
  CHECK(silent.uncomparable == "comparator_error");
  CHECK(silent.detail == "the service gave no divergence and did not say why");
}

TEST_CASE("long texts and many differences are cut") {
  const ComparatorScore score = ScoreWith({[](const v1::CompareRequest& request) {
    v1::CompareResponse response = Fake::Score(request.id(), 1, std::string(100'000, 'r'));
    for (int i = 0; i < 1000; ++i) {
      v1::ComparedDifference& one = *response.mutable_comparison()->add_differences();
      one.set_path("/" + std::string(500, 'p'));
      one.set_kind("no such kind");
    }
    return Fake::Answers{response};
  }});
  REQUIRE(score.compared);
  CHECK(score.comparison.reason.size() <= 256);
  REQUIRE(score.comparison.differences.size() == 32);
  CHECK(score.comparison.differences[0].path.size() <= 256);
  CHECK(score.comparison.differences[0].kind == "value");
}

TEST_CASE("a pair larger than the service takes is not sent") {
  std::atomic<std::uint64_t> limit{0};
  std::atomic<int> asked{0};
  Fake fake({[&](const v1::CompareRequest& request) {
               ++asked;
               return Half(request);
             },
             [&](const v1::DescribeComparatorRequest&, v1::DescribeComparatorResponse& response) {
               response.set_max_message_bytes(limit);
             }});
  ComparatorServices services;
  const std::string body(3u << 20, 'x');
  const ComparatorScore score = ScoreOf(Met(services, fake), body, body);
  CHECK(score.uncomparable == "too_large");
  CHECK(asked == 0);
  limit = 16u << 20;
  CHECK(ScoreOf(Met(services, fake), body, body).compared);
  CHECK(asked == 1);
}

TEST_CASE("a service that finds the same bytes equal is not asked about them") {
  std::atomic<int> asked{0};
  Fake fake({[&](const v1::CompareRequest& request) {
               ++asked;
               return Half(request);
             },
             [](const v1::DescribeComparatorRequest&, v1::DescribeComparatorResponse& response) {
               response.set_same_bytes_are_equal(true);
             }});
  ComparatorServices services;
  ComparatorRegistry registry;
  REQUIRE(registry.Add(Met(services, fake)).ok());
  const auto suite = BuildSuite({.comparators = {{"it", "mine", ""}}}, registry);
  REQUIRE(suite.ok());
  CHECK((*suite)->Traits().same_bytes_are_equal);
  const ComparatorScore same = (*suite)->Score({{}, {200, {}, "a"}, {200, {}, "a"}}).scores.at(0);
  CHECK(same.compared);
  CHECK(same.comparison.divergence == 0);
  CHECK(asked == 0);
  CHECK((*suite)->Score({{}, {200, {}, "a"}, {200, {}, "b"}}).scores.at(0).compared);
  CHECK(asked == 1);
}

TEST_CASE("a service that left the configuration is left, and one that stayed keeps its stream") {
  Fake fake({Half});
  ComparatorServices services;
  const auto kind = Met(services, fake);
  CHECK(ScoreOf(kind, "a", "b").compared);
  services.KeepOnly({RuleOf(fake)});
  CHECK(ScoreOf(Met(services, fake), "a", "b").compared);
  CHECK(fake.Streams() == 1);
  services.KeepOnly({});
  CHECK(ScoreOf(kind, "a", "b").uncomparable == "shutting_down");
  CHECK(absl::IsNotFound(services.Find(RuleOf(fake)).status()));
}

}  // namespace understudy
