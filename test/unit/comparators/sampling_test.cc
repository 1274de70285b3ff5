// Greedy requests told from sampled ones.
#include "comparators/sampling.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

const std::vector<RequestCondition> kOpenAi{{"/temperature", "0", false}, {"/top_k", "1", false}};
const std::vector<RequestCondition> kTgi{{"/parameters/do_sample", "false", true}};

TEST_CASE("sampling: a request is greedy where one condition holds") {
  CHECK(SamplingOf(R"({"temperature":0})", kOpenAi) == Sampling::kGreedy);
  CHECK(SamplingOf(R"({"temperature":0.0})", kOpenAi) == Sampling::kGreedy);
  CHECK(SamplingOf(R"({"temperature":0.7,"top_k":1})", kOpenAi) == Sampling::kGreedy);
  CHECK(SamplingOf(R"({"temperature":0.7})", kOpenAi) == Sampling::kSampled);
  CHECK(SamplingOf(R"({"temperature":"0"})", kOpenAi) == Sampling::kSampled);
}

TEST_CASE("sampling: what is absent, or null, has the server's default, which is to draw") {
  CHECK(SamplingOf(R"({"model":"m"})", kOpenAi) == Sampling::kSampled);
  CHECK(SamplingOf(R"({"temperature":null})", kOpenAi) == Sampling::kSampled);
}

TEST_CASE("sampling: a condition may hold where nothing is said") {
  CHECK(SamplingOf(R"({"inputs":"x"})", kTgi) == Sampling::kGreedy);
  CHECK(SamplingOf(R"({"parameters":{"do_sample":false}})", kTgi) == Sampling::kGreedy);
  CHECK(SamplingOf(R"({"parameters":{"do_sample":true}})", kTgi) == Sampling::kSampled);
}

TEST_CASE("sampling: bodies that are no JSON are not held to repeat, unless nothing is said") {
  CHECK(SamplingOf("no", kOpenAi) == Sampling::kSampled);
  CHECK(SamplingOf("", kOpenAi) == Sampling::kSampled);
  CHECK(SamplingOf("no", {}) == Sampling::kGreedy);
}

}  // namespace
}  // namespace understudy
