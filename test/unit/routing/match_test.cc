// Which route a request takes.
#include "proxy/routing/match.h"

#include <catch2/catch.hpp>

#include "test/unit/routing/traffic_samples.h"

namespace understudy {
namespace {

bool Prefix(const std::string& prefix, const std::string& target) {
  RouteMatch match;
  match.path_prefix = prefix;
  return Matches(match, SampleRequest(target).Head());
}

bool Exact(const std::string& path, const std::string& target) {
  RouteMatch match;
  match.path = path;
  return Matches(match, SampleRequest(target).Head());
}

bool Mirrored(const std::string& rule, const std::string& target) {
  Route route;
  route.mirrored = {{{}, rule}};
  return IsMirrored(route, SampleRequest(target).Head());
}

TEST_CASE("a prefix is compared byte by byte") {
  CHECK(Prefix("/", "/"));
  CHECK(Prefix("/", "/anything?x"));
  CHECK(Prefix("/v2/models/digits/", "/v2/models/digits/infer"));
  CHECK(Prefix("/v2/models/digits/", "/v2/models/digits/"));
  CHECK_FALSE(Prefix("/v2/models/digits/", "/v2/models/digits"));
  CHECK_FALSE(Prefix("/v2/models/digits/", "/v2/models/digitsy/infer"));
  // A prefix without its last slash is no boundary.
  CHECK(Prefix("/v2/models/digits", "/v2/models/digits:predict"));
  CHECK(Prefix("/v2/models/digits", "/v2/models/digits-2/infer"));
  CHECK_FALSE(Prefix("/V2/", "/v2/x"));
  CHECK_FALSE(Prefix("/v2", "/v"));
}

TEST_CASE("a path is compared as a whole without its query") {
  CHECK(Exact("/predict", "/predict"));
  CHECK(Exact("/predict", "/predict?a=/b"));
  CHECK(Exact("/predict", "/predict?"));
  CHECK_FALSE(Exact("/predict", "/predict/"));
  CHECK_FALSE(Exact("/predict", "/predic"));
  CHECK_FALSE(Exact("/predict", "/predict;x"));
  CHECK_FALSE(Exact("/predict", "/x?/predict"));
}

TEST_CASE("a query is no part of the path") {
  CHECK_FALSE(Prefix("/a/b", "/a?/b"));
  CHECK_FALSE(Prefix("/a?x", "/a?x=1"));
  CHECK_FALSE(Exact("/a?x", "/a?x"));
}

TEST_CASE("paths are never normalised") {
  // What an upstream makes of these is its own affair; routing must not guess.
  CHECK_FALSE(Prefix("/admin", "/%61dmin"));
  CHECK_FALSE(Prefix("/admin", "//admin"));
  CHECK_FALSE(Prefix("/admin", "/./admin"));
  CHECK_FALSE(Prefix("/admin", "/x/../admin"));
  CHECK_FALSE(Exact("/a/b", "/a%2Fb"));
  CHECK_FALSE(Exact("/a/b", "/a//b"));
  CHECK_FALSE(Exact("/a", "/a/."));
  CHECK(Prefix("/public/", "/public/../admin"));
  CHECK(Exact("/a%2Fb", "/a%2Fb"));
  CHECK_FALSE(Exact("/a%2Fb", "/a%2fb"));
}

TEST_CASE("the server as a whole is asked of whoever serves its root") {
  CHECK(Prefix("/", "*"));
  CHECK_FALSE(Prefix("/v2/", "*"));
  CHECK_FALSE(Exact("/a", "*"));
}

TEST_CASE("methods are compared with their case") {
  RouteMatch match;
  match.path_prefix = "/";
  match.methods = {"POST", "PUT"};
  const auto matches = [&](const std::string& method) {
    return Matches(match, SampleRequest("/x", {}, method).Head());
  };
  CHECK(matches("POST"));
  CHECK(matches("PUT"));
  CHECK_FALSE(matches("post"));
  CHECK_FALSE(matches("GET"));
  CHECK_FALSE(matches("POSTS"));
  match.methods.clear();
  CHECK(matches("anything"));
}

TEST_CASE("every header condition must hold on some field of that name") {
  RouteMatch match;
  match.path_prefix = "/";
  match.headers = {{"x-env", "prod"}, {"X-Tier", "Gold"}};
  const auto matches = [&](std::vector<std::pair<std::string, std::string>> fields) {
    return Matches(match, SampleRequest("/x", std::move(fields)).Head());
  };
  CHECK(matches({{"x-env", "prod"}, {"x-tier", "Gold"}}));
  CHECK(matches({{"X-ENV", "prod"}, {"X-TIER", "Gold"}, {"y", "z"}}));
  CHECK(matches({{"x-env", "dev"}, {"x-env", "prod"}, {"x-tier", "Gold"}}));
  CHECK_FALSE(matches({{"x-env", "prod"}}));
  CHECK_FALSE(matches({{"x-env", "prod"}, {"x-tier", "gold"}}));
  CHECK_FALSE(matches({{"x-env", "production"}, {"x-tier", "Gold"}}));
  CHECK_FALSE(matches({{"x-env", "prod, dev"}, {"x-tier", "Gold"}}));
  CHECK_FALSE(matches({{"x_env", "prod"}, {"x-tier", "Gold"}}));
  CHECK_FALSE(matches({}));
}

TEST_CASE("all conditions of a route must hold together") {
  RouteMatch match;
  match.path = "/predict";
  match.methods = {"POST"};
  match.headers = {{"x-env", "prod"}};
  CHECK(Matches(match, SampleRequest("/predict", {{"x-env", "prod"}}).Head()));
  CHECK_FALSE(Matches(match, SampleRequest("/other", {{"x-env", "prod"}}).Head()));
  CHECK_FALSE(Matches(match, SampleRequest("/predict", {{"x-env", "prod"}}, "GET").Head()));
  CHECK_FALSE(Matches(match, SampleRequest("/predict").Head()));
}

TEST_CASE("the first route in order takes the request") {
  Route exact, wide, again;
  exact.name = "exact";
  exact.match.path = "/v2/models/a/infer";
  wide.name = "wide";
  wide.match.path_prefix = "/v2/";
  again.name = "again";
  again.match.path_prefix = "/v2/models/";
  TrafficView view;
  for (const Route* route : {&exact, &wide, &again}) view.routes.emplace_back().route = route;
  const auto taken = [&](const std::string& target) {
    const RouteTraffic* route = MatchRoute(view, SampleRequest(target).Head());
    return route == nullptr ? std::string("none") : route->route->name;
  };
  CHECK(taken("/v2/models/a/infer") == "exact");
  CHECK(taken("/v2/models/a/infer?x") == "exact");
  CHECK(taken("/v2/models/a/ready") == "wide");  // not "again": order, not length, decides
  CHECK(taken("/v1/x") == "none");
  CHECK(MatchRoute(TrafficView(), SampleRequest("/").Head()) == nullptr);
}

TEST_CASE("whether a path is mirrored is decided at its end, from a slash on") {
  CHECK(Mirrored("/infer", "/v2/models/m/infer"));
  CHECK(Mirrored("/infer", "/infer"));
  CHECK(Mirrored("/infer", "/infer?x=/y"));
  CHECK_FALSE(Mirrored("/infer", "/v2/models/m/xinfer"));
  CHECK_FALSE(Mirrored("/infer", "/v2/infer/m"));
  CHECK_FALSE(Mirrored("/infer", "infer"));
  CHECK_FALSE(Mirrored("/a/infer", "/infer"));
  CHECK(Mirrored("/inference.GRPCInferenceService/ModelInfer",
                 "/inference.GRPCInferenceService/ModelInfer"));
  CHECK_FALSE(Mirrored("/inference.GRPCInferenceService/ModelInfer",
                       "/inference.GRPCInferenceService/ModelStreamInfer"));
}

TEST_CASE("a star in a mirrored path stands for what is between slashes") {
  CHECK(Mirrored("/models/*/infer", "/v2/models/m/infer"));
  CHECK(Mirrored("/models/*/infer", "/models//infer"));
  CHECK_FALSE(Mirrored("/models/*/infer", "/v2/models/m/versions/1/infer"));
  CHECK_FALSE(Mirrored("/models/*/infer", "/v2/models/m/infers"));
  CHECK_FALSE(Mirrored("/models/*/infer", "/infer"));
  CHECK(Mirrored("/models/*:predict", "/v1/models/m:predict"));
  CHECK_FALSE(Mirrored("/models/*:predict", "/v1/models/m:classify"));
  CHECK(Mirrored("/models/*", "/models/m"));
  CHECK(Mirrored("/*/*", "/a/b"));
  CHECK(Mirrored("/a*b*c", "/x/abbc"));
  CHECK_FALSE(Mirrored("/a*b*c", "/x/acc"));
}

TEST_CASE("a mirrored path may be of some methods alone") {
  Route route;
  route.mirrored = {{{"PUT", "POST"}, "/infer"}};
  CHECK(IsMirrored(route, SampleRequest("/infer", {}, "POST").Head()));
  CHECK_FALSE(IsMirrored(route, SampleRequest("/infer", {}, "GET").Head()));
  CHECK(IsMirrored(Route(), SampleRequest("/infer", {}, "GET").Head()));
}

}  // namespace
}  // namespace understudy
