// TrafficService and ConfigService as a client sees them.
#include <catch2/catch.hpp>

#include "test/unit/admin/admin_fixture.h"
#include "understudy/v1/config_service.grpc.pb.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {
namespace {

using Stub = v1::TrafficService::Stub;
using ConfigStub = v1::ConfigService::Stub;

DivergenceRecord Record(const std::string& id) {
  DivergenceRecord record;
  record.id = id;
  record.at = samples::Noon();
  record.route = "digits";
  record.candidate = "v2";
  record.candidate_result.outcome = ExchangeOutcome::kReset;
  record.incumbent_result.outcome = ExchangeOutcome::kAnswered;
  record.incumbent_result.status = 200;
  RecordedScore score;
  score.comparator = "top1";
  score.compared = true;
  score.divergence = 1;
  score.differences.assign(5, {"/outputs/0", "value", "3", "8"});
  record.scores = {score};
  record.request.text = "{\"inputs\": []}";
  return record;
}

}  // namespace

TEST_CASE("routes are listed with their arms and candidates") {
  AdminFixture fixture;
  Stub stub(fixture.channel);
  v1::ListRoutesResponse list;
  REQUIRE(fixture.Call(&Stub::ListRoutes, stub, v1::ListRoutesRequest(), list).ok());
  REQUIRE(list.routes_size() == 1);
  CHECK(list.routes(0).arms(1).share_measured() == 0.099);
  v1::GetRouteRequest request;
  v1::GetRouteResponse response;
  request.set_route("digits");
  REQUIRE(fixture.Call(&Stub::GetRoute, stub, request, response).ok());
  CHECK(response.candidates_size() == 1);
  request.set_route("letters");
  CHECK(fixture.Call(&Stub::GetRoute, stub, request, response).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("a described request is explained, with defaults and lower-case names") {
  AdminFixture fixture;
  fixture.forecast.matched = true;
  fixture.forecast.bucket = 123'456;
  fixture.forecast.mirrors = {{"v2", true, "sampled in", 0.25, 1}};
  Stub stub(fixture.channel);
  v1::ExplainRequestRequest request;
  v1::ExplainRequestResponse response;
  request.set_path("/v2/models/digits/infer");
  v1::HeaderField* header = request.add_headers();
  header->set_name("X-User-Id");
  header->set_value("Ada");
  REQUIRE(fixture.Call(&Stub::ExplainRequest, stub, request, response).ok());
  CHECK(response.bucket() == 123'456);
  CHECK(response.mirrors(0).mirrored());
  CHECK(fixture.last_description.method == "POST");
  CHECK(fixture.last_description.client_address == "127.0.0.1");
  REQUIRE(fixture.last_description.headers.size() == 1);
  CHECK(fixture.last_description.headers[0].first == "x-user-id");
  CHECK(fixture.last_description.headers[0].second == "Ada");
}

TEST_CASE("a description that is no request is refused") {
  AdminFixture fixture;
  Stub stub(fixture.channel);
  v1::ExplainRequestResponse response;
  const auto refused = [&](const v1::ExplainRequestRequest& request) {
    return fixture.Call(&Stub::ExplainRequest, stub, request, response).error_code() ==
           grpc::StatusCode::INVALID_ARGUMENT;
  };
  v1::ExplainRequestRequest request;
  for (const char* path : {"", "v2", "/a b", "/a#b", "/\x01"}) {
    request.set_path(path);
    CHECK(refused(request));
  }
  request.set_path("/ok");
  request.set_method("PO ST");
  CHECK(refused(request));
  request.clear_method();
  request.add_headers()->set_name("bad name");
  CHECK(refused(request));
  request.clear_headers();
  for (int i = 0; i < 101; ++i) request.add_headers()->set_name("x");
  CHECK(refused(request));
  request.clear_headers();
  CHECK_FALSE(refused(request));
}

TEST_CASE("divergences are listed without bodies and shown with them") {
  AdminFixture fixture;
  for (const char* id : {"p-1", "p-2", "p-3"}) fixture.divergences.records[id] = Record(id);
  Stub stub(fixture.channel);
  v1::ListDivergencesRequest request;
  v1::ListDivergencesResponse list;
  request.set_route("digits");
  request.set_min_divergence(0.5);
  request.set_page_size(2);
  REQUIRE(fixture.Call(&Stub::ListDivergences, stub, request, list).ok());
  CHECK(fixture.divergences.last_filter.route == "digits");
  CHECK(fixture.divergences.last_filter.min_divergence == 0.5);
  CHECK(list.divergences_size() == 2);
  CHECK(list.next_page_token() == "p-3");
  CHECK(list.divergences(0).request_body().empty());
  CHECK(list.divergences(0).scores(0).differences_size() == 3);
  CHECK(list.divergences(0).candidate_answer().failure() == "reset");
  CHECK(list.divergences(0).worst_divergence() == 1);

  v1::GetDivergenceRequest show;
  v1::GetDivergenceResponse shown;
  show.set_id("p-2");
  REQUIRE(fixture.Call(&Stub::GetDivergence, stub, show, shown).ok());
  CHECK(shown.divergence().request_body() == "{\"inputs\": []}");
  CHECK(shown.divergence().scores(0).differences_size() == 5);
  show.set_id("p-9");
  CHECK(fixture.Call(&Stub::GetDivergence, stub, show, shown).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("a route or candidate that nothing knows has no list of divergences but an error") {
  ControlView view = samples::PassingView();
  RolloutState past = samples::Ramping();
  past.candidate = "v0";
  view.rollouts.push_back(past);
  AdminFixture fixture({}, view);
  Stub stub(fixture.channel);
  const auto code = [&](const char* route, const char* candidate) {
    v1::ListDivergencesRequest request;
    v1::ListDivergencesResponse list;
    request.set_route(route);
    request.set_candidate(candidate);
    return fixture.Call(&Stub::ListDivergences, stub, request, list).error_code();
  };
  CHECK(code("nope", "") == grpc::StatusCode::NOT_FOUND);
  CHECK(code("", "nope") == grpc::StatusCode::NOT_FOUND);
  CHECK(code("digits", "nope") == grpc::StatusCode::NOT_FOUND);
  CHECK(code("nope", "v2") == grpc::StatusCode::NOT_FOUND);
  CHECK(code("", "") == grpc::StatusCode::OK);
  CHECK(code("digits", "") == grpc::StatusCode::OK);
  CHECK(code("digits", "v2") == grpc::StatusCode::OK);
  CHECK(code("", "v2") == grpc::StatusCode::OK);
  CHECK(code("digits", "v0") == grpc::StatusCode::OK);  // of an earlier rollout
}

TEST_CASE("filters of divergences are bounded and page tokens are checked") {
  AdminFixture fixture;
  Stub stub(fixture.channel);
  v1::ListDivergencesRequest request;
  v1::ListDivergencesResponse list;
  request.set_page_size(100'000);
  REQUIRE(fixture.Call(&Stub::ListDivergences, stub, request, list).ok());
  CHECK(fixture.divergences.last_filter.limit == 200);
  request.set_min_divergence(1.5);
  CHECK(fixture.Call(&Stub::ListDivergences, stub, request, list).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_min_divergence();
  request.set_page_token("foreign");
  CHECK(fixture.Call(&Stub::ListDivergences, stub, request, list).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("divergences are clustered over pages of records, within a bound") {
  AdminFixture fixture;
  for (const char* id : {"p-1", "p-2", "p-3"}) fixture.divergences.records[id] = Record(id);
  Stub stub(fixture.channel);
  v1::ListDivergencesRequest request;
  v1::ListDivergencesResponse list;
  request.set_route("digits");
  request.set_cluster_by("path");
  REQUIRE(fixture.Call(&Stub::ListDivergences, stub, request, list).ok());
  CHECK(list.divergences_size() == 0);
  CHECK(list.clustered() == 3);
  REQUIRE(list.clusters_size() == 1);
  CHECK(list.clusters(0).key() == "/outputs/*");
  CHECK(list.clusters(0).count() == 3);
  CHECK_FALSE(list.more_records());
  request.set_max_records(2);
  REQUIRE(fixture.Call(&Stub::ListDivergences, stub, request, list).ok());
  CHECK(list.clustered() == 2);
  request.set_cluster_by("color");
  CHECK(fixture.Call(&Stub::ListDivergences, stub, request, list).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("the configuration in force is shown, broken bytes and all") {
  AdminFixture fixture;
  fixture.config.present.text = "name: \xFF\n";
  ConfigStub stub(fixture.channel);
  v1::GetConfigResponse response;
  REQUIRE(fixture.Call(&ConfigStub::Get, stub, v1::GetConfigRequest(), response).ok());
  CHECK(response.text() == "name: \xEF\xBF\xBD\n");
  CHECK(response.hash() == "0011223344556677");
}

TEST_CASE("a check and a reload report every fault and a reload names its actor") {
  AdminFixture fixture;
  ConfigStub stub(fixture.channel);
  v1::CheckConfigRequest check;
  v1::CheckConfigResponse checked;
  REQUIRE(fixture.Call(&ConfigStub::Check, stub, check, checked).ok());
  CHECK(checked.valid());
  CHECK_FALSE(fixture.config.last_text.has_value());
  fixture.config.faults = {{"u.yaml", 3, 5, "unknown key"}, {"u.yaml", 9, 1, "duplicate key"}};
  check.set_text("a: b");
  REQUIRE(fixture.Call(&ConfigStub::Check, stub, check, checked).ok());
  CHECK_FALSE(checked.valid());
  CHECK(fixture.config.last_text == "a: b");
  REQUIRE(checked.faults_size() == 2);
  CHECK(checked.faults(1).line() == 9);

  v1::ReloadConfigRequest reload;
  v1::ReloadConfigResponse reloaded;
  reload.set_actor("ada");
  REQUIRE(fixture.Call(&ConfigStub::Reload, stub, reload, reloaded).ok());
  CHECK_FALSE(reloaded.reloaded());
  CHECK(reloaded.hash() == "0011223344556677");
  CHECK(fixture.config.last_actor == "operator:ada");
}

}  // namespace understudy
