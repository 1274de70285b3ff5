// The commands that read: report, explain, divergence, route, config.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "proxy/cli/render_divergence.h"
#include "test/support/record_samples.h"
#include "test/support/temporary_directory.h"
#include "test/unit/cli/command_run.h"
#include "test/unit/cli/samples.h"
#include "test/unit/cli/scripted_server.h"

namespace understudy {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

v1::Divergence SampleDivergence() {
  v1::Divergence divergence;
  divergence.set_id("d-1");
  divergence.mutable_at()->set_seconds(1714521603);
  divergence.set_route("digits");
  divergence.set_candidate("v2");
  divergence.set_method("POST");
  divergence.set_path("/v2/models/digits/infer");
  divergence.add_segments("language=de");
  divergence.set_worst_divergence(1);
  v1::ArmAnswer& incumbent = *divergence.mutable_incumbent_answer();
  incumbent.set_cluster("v1");
  incumbent.set_status(200);
  incumbent.set_body_bytes(120);
  incumbent.set_body_digest("0123456789abcdef");
  incumbent.mutable_total()->set_nanos(12'300'000);
  v1::ArmAnswer& candidate = *divergence.mutable_candidate_answer();
  candidate.set_cluster("v2");
  candidate.set_failure("connection refused");
  v1::ComparatorScore& score = *divergence.add_scores();
  score.set_comparator("top1");
  score.set_compared(true);
  score.set_divergence(1);
  score.set_reason("label flip");
  v1::ValueDifference& difference = *score.add_differences();
  difference.set_path("/outputs/0/data/3");
  difference.set_kind("value");
  difference.set_baseline("8");
  difference.set_candidate("3\x1b[2J");
  v1::ComparatorScore& other = *divergence.add_scores();
  other.set_comparator("json");
  other.set_reason("not JSON");
  return divergence;
}

TEST_CASE("report asks for the format and prints the server's document") {
  ScriptedServer server;
  server.reports.report_response.set_document("# digits\n");
  CommandRun run = RunCommand({"report", "--route", "digits", "--candidate", "v2"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out == "# digits\n");
  CHECK(server.reports.report.route() == "digits");
  CHECK(server.reports.report.candidate() == "v2");
  CHECK(server.reports.report.format() == v1::GetReportRequest::MARKDOWN);
  RunCommand({"report", "--route", "digits", "--format", "junit"}, server.address);
  CHECK(server.reports.report.format() == v1::GetReportRequest::JUNIT);
  RunCommand({"report", "--route", "digits", "--format", "json"}, server.address);
  CHECK(server.reports.report.format() == v1::GetReportRequest::JSON);
}

TEST_CASE("report follows -o where no format is named") {
  ScriptedServer server;
  server.reports.report_response.set_document(R"({"route":"digits"})");
  CHECK(RunCommand({"report", "--route", "digits", "-o", "json"}, server.address).out ==
        "{\"route\":\"digits\"}\n");
  CHECK(server.reports.report.format() == v1::GetReportRequest::JSON);
  CHECK(RunCommand({"report", "--route", "digits", "-o", "yaml"}, server.address).out ==
        "route: digits\n");
}

TEST_CASE("a report is written to a device as it is, and to a missing folder not at all") {
  ScriptedServer server;
  server.reports.report_response.set_document("x");
  CommandRun run =
      RunCommand({"report", "--route", "digits", "--output", "/dev/null"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out.empty());
  CHECK(std::filesystem::is_character_file("/dev/null"));
  run = RunCommand({"report", "--route", "digits", "--output", "no/such/folder/x"}, server.address);
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("cannot write 'no/such/folder/x'"));
}

TEST_CASE("explain shows what blocks, what resolves it and when") {
  ScriptedServer server;
  v1::Explanation& explanation = *server.reports.explain_response.add_explanations();
  explanation.set_route("digits");
  explanation.set_candidate("v2");
  explanation.set_summary("waits for samples");
  *explanation.add_blockers() = SamplePicture().explanation().blockers(0);
  explanation.set_next_step("raise to 50 %");
  explanation.mutable_eta()->set_seconds(200);
  const CommandRun run = RunCommand({"explain", "--route", "digits"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out ==
        "digits v2: waits for samples\n"
        "- samples: 200 of 500 pairs\n"
        "next: raise to 50 %\n"
        "verdict in about 3m20s\n");
}

TEST_CASE("explain request sends the described request and shows who would serve it") {
  ScriptedServer server;
  v1::ExplainRequestResponse& response = server.traffic.explain_response;
  response.set_matched(true);
  response.set_route("digits");
  response.set_unit_source("header x-user-id");
  response.set_bucket(4711);
  response.set_arm("candidate");
  response.set_cluster("v2");
  v1::MirrorDecision& mirror = *response.add_mirrors();
  mirror.set_candidate("v2");
  mirror.set_mirrored(true);
  mirror.set_reason("sampled in");
  mirror.set_draw(0.25);
  mirror.set_rate(1);
  CommandRun run =
      RunCommand({"explain", "request", "--method", "PUT", "--path", "/x?y=1", "--header",
                  "x-user-id=a=b", "--header", "x-lang=", "--client", "10.0.0.1"},
                 server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out ==
        "route   digits\n"
        "unit    header x-user-id\n"
        "bucket  4711 of 1000000\n"
        "served  candidate v2\n"
        "mirror  v2: yes, sampled in (draw 0.25, rate 1)\n");
  const v1::ExplainRequestRequest& sent = server.traffic.explain;
  CHECK(sent.method() == "PUT");
  CHECK(sent.path() == "/x?y=1");
  CHECK(sent.client_address() == "10.0.0.1");
  REQUIRE(sent.headers_size() == 2);
  CHECK(sent.headers(0).name() == "x-user-id");
  CHECK(sent.headers(0).value() == "a=b");
  CHECK(sent.headers(1).value().empty());
  response.set_matched(false);
  run = RunCommand({"explain", "request", "--path", "/nowhere"}, server.address);
  CHECK_THAT(run.out, Contains("would get 404"));
}

TEST_CASE("divergence list sends its filters and shows a line per pair") {
  ScriptedServer server;
  *server.traffic.divergences_response.add_divergences() = SampleDivergence();
  server.traffic.divergences_response.set_next_page_token("t2");
  const CommandRun run =
      RunCommand({"divergence", "list", "--route", "digits", "--candidate", "v2",
                  "--min-divergence", "0.5", "--limit", "7", "--page-token", "t1"},
                 server.address);
  CHECK(run.code == ExitCode::kYes);
  const v1::ListDivergencesRequest& sent = server.traffic.divergences;
  CHECK(sent.route() == "digits");
  CHECK(sent.candidate() == "v2");
  CHECK(sent.min_divergence() == 0.5);
  CHECK(sent.page_size() == 7);
  CHECK(sent.page_token() == "t1");
  CHECK_THAT(run.out, Contains("d-1") && Contains("no answer: connection refused") &&
                          Contains("top1: label flip") && Contains("--page-token t2"));
}

TEST_CASE("divergence list --by asks for clusters and shows one a line") {
  ScriptedServer server;
  v1::ListDivergencesResponse& answer = server.traffic.divergences_response;
  answer.set_clustered(8);
  answer.set_clusters_left_out(3);
  v1::DivergenceCluster* cluster = answer.add_clusters();
  cluster->set_key("/outputs/*/data/*");
  cluster->set_kind("value");
  cluster->set_count(6);
  cluster->set_share(0.75);
  cluster->set_mean_divergence(0.5);
  cluster->add_comparators("top1");
  cluster->add_comparators("values");
  cluster->mutable_example()->set_id("d-1");
  cluster->mutable_example()->mutable_difference()->set_baseline("3");
  const CommandRun run = RunCommand({"divergence", "list", "--by", "path", "--route", "digits",
                                     "--limit", "5", "--max-records", "100"},
                                    server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(server.traffic.divergences.cluster_by() == "path");
  CHECK(server.traffic.divergences.route() == "digits");
  CHECK(server.traffic.divergences.page_size() == 5);
  CHECK(server.traffic.divergences.max_records() == 100);
  CHECK_THAT(run.out, Contains("Of 8 divergent pairs") &&
                          Contains("6      75%    0.5   /outputs/*/data/* value  top1, values") &&
                          Contains("d-1      3 -> (nothing)") && Contains("3 more are not shown"));
}

TEST_CASE("divergence list --by reads a folder of records without a server") {
  const TemporaryDirectory directory;
  std::string lines;
  for (int i = 1; i <= 4; ++i) lines += samples::SmallLine(i, i == 4 ? 0 : 0.5);
  WriteWholeFile(directory.File("divergences-20260501T120000000000Z.jsonl"), lines);
  const Words words = {"divergence", "list", "--by", "reason", "--records"};
  const auto with = [&](const std::string& path, const Words& more = {}) {
    Words all = words;
    all.push_back(path);
    all.insert(all.end(), more.begin(), more.end());
    return RunCommand(all);
  };
  const CommandRun run = with(directory.Path());
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("Of 3 divergent pairs") &&
                          Contains("3      100%   0.5   top1: # of # rows flipped"));
  CHECK_THAT(with(directory.Path(), {"--max-records", "2"}).out,
             Contains("Of 1 divergent pairs that were read (there are more)"));
  CHECK_THAT(with(directory.Path(), {"--route", "letters"}).out,
             Contains("No divergences recorded."));
  CHECK(with(directory.File("none")).code == ExitCode::kUsage);
  CHECK_THAT(RunCommand({"divergence", "list", "--records", directory.Path()}).err,
             Contains("are for --by"));
}

TEST_CASE("divergence show is a diff that no answer can turn into terminal commands") {
  ScriptedServer server;
  *server.traffic.divergence_response.mutable_divergence() = SampleDivergence();
  const CommandRun run = RunCommand({"divergence", "show", "d-1"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out ==
        "d-1  2024-05-01 00:00:03Z  digits v2, divergence 1\n"
        "POST /v2/models/digits/infer  language=de  served by the incumbent\n"
        "            INCUMBENT v1                CANDIDATE v2\n"
        "status      200                         no answer: connection refused\n"
        "first byte  -                           -\n"
        "total       12.3ms                      -\n"
        "body        120 bytes 0123456789abcdef  0 bytes\n"
        "top1  1  label flip\n"
        "  /outputs/0/data/3  value\n"
        "    - 8\n"
        "    + 3?[2J\n"
        "json  not compared  not JSON\n");
}

TEST_CASE("divergence show has what was measured of streams") {
  v1::Divergence divergence = SampleDivergence();
  v1::StreamedAnswer& stream = *divergence.mutable_incumbent_answer()->mutable_stream();
  stream.set_events(12);
  stream.set_finish_reason("stop");
  stream.mutable_first_token()->set_nanos(20'000'000);
  stream.set_output_tokens(9);
  const std::string text = RenderDivergence(divergence, Paint(false));
  CHECK_THAT(text, Contains("events            12                          -\n") &&
                       Contains("first token       20.0ms                      -\n") &&
                       Contains("longest gap       -                           -\n") &&
                       Contains("output tokens     9                           -\n") &&
                       Contains("finish reason     stop                        -\n"));
}

TEST_CASE("the diff is coloured where colour is on") {
  const std::string text = RenderDivergence(SampleDivergence(), Paint(true));
  CHECK_THAT(text, Contains("\x1b[31m- 8\x1b[0m") && Contains("\x1b[32m+ 3?[2J\x1b[0m"));
}

TEST_CASE("routes show an incumbent beyond the file's and where every request went") {
  ScriptedServer server;
  v1::RouteStatus route = SamplePicture().route();
  route.set_incumbent("v2");
  route.set_incumbent_in_file("v1");
  route.add_candidates("v2");
  route.set_killed(true);
  *server.traffic.routes_response.add_routes() = route;
  CommandRun run = RunCommand({"route", "list"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out ==
        "ROUTE   INCUMBENT              CANDIDATES  SWITCHES\n"
        "digits  v2 (the file says v1)  v2          killed\n");

  *server.traffic.route_response.mutable_route() = route;
  v1::CandidateStatus& candidate = *server.traffic.route_response.add_candidates();
  candidate = SamplePicture().status();
  v1::CoverageCounts& coverage = *candidate.mutable_coverage_total();
  coverage.set_eligible(10);
  coverage.set_mirrored(7);
  coverage.set_compared(6);
  coverage.set_in_flight(1);
  coverage.set_ratio(0.6);
  coverage.set_chosen(10);
  v1::ReasonCount& skipped = *coverage.add_skipped();
  skipped.set_reason("client_left");
  skipped.set_count(3);
  coverage.add_skipped()->set_reason("loop_guard");
  run = RunCommand({"route", "get", "digits"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("eligible 10 = sampled out 0 + mirrored 7 + skipped + dropped\n"
                               "  skipped 3: client_left 3\n"
                               "  dropped 0\n"
                               "  mirrored 7 = compared 6 + in flight 1 + uncomparable\n"
                               "  uncomparable 0\n"
                               "  coverage 60%\n"));
}

TEST_CASE("a route and a file to check may be named by a flag or as a bare word") {
  ScriptedServer server;
  server.traffic.route_response.mutable_route()->set_name("digits");
  v1::TimelineEntry& act = *server.traffic.route_response.mutable_route()->mutable_killed_by();
  act.set_actor("operator:ada");
  act.set_reason("the pager rang");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"route", "get", "digits"},
                                                {"route", "get", "--route", "digits"}}) {
    const CommandRun run = RunCommand(words, server.address);
    CHECK(run.code == ExitCode::kYes);
    CHECK_THAT(run.out, Contains("killed by operator:ada") && Contains("the pager rang"));
  }
  CHECK(RunCommand({"route", "get"}, server.address).code == ExitCode::kUsage);
  const CommandRun missing = RunCommand({"config", "check", "no-such-file.yaml"}, server.address);
  CHECK_THAT(missing.err, Contains("cannot read 'no-such-file.yaml'"));
}

TEST_CASE("config check sends the file, lists every fault by line and exits 2") {
  ScriptedServer server;
  const std::string port = server.address.substr(server.address.rfind(':') + 1);
  const auto path = std::filesystem::temp_directory_path() / ("understudy-" + port + ".yaml");
  std::ofstream(path) << "routes: []\n";
  v1::ConfigFaultDetail& fault = *server.config.check_response.add_faults();
  fault.set_filename("a.yaml");
  fault.set_line(3);
  fault.set_column(5);
  fault.set_message("unknown key");
  CommandRun run = RunCommand({"config", "check", "--file", path}, server.address);
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.err == "a.yaml:3:5: unknown key\n");
  CHECK(server.config.check.text() == "routes: []\n");
  CHECK(server.config.check.filename() == path);

  server.config.check_response.Clear();
  server.config.check_response.set_valid(true);
  server.config.check_response.set_hash("00ff");
  run = RunCommand({"config", "check"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(run.out == "valid, hash 00ff\n");
  CHECK(server.config.check.text().empty());

  std::filesystem::resize_file(path, 2 * 1024 * 1024);
  run = RunCommand({"config", "check", "--file", path}, server.address);
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("larger than 1 MiB"));
  std::filesystem::remove(path);
  for (const auto& missing : {path, std::filesystem::temp_directory_path()}) {
    run = RunCommand({"config", "check", "--file", missing}, server.address);
    CHECK(run.code == ExitCode::kUsage);
    CHECK_THAT(run.err, Contains("cannot read"));
  }
}

TEST_CASE("a reload that was refused exits 2 and says why") {
  ScriptedServer server;
  v1::ConfigFaultDetail& fault = *server.config.reload_response.add_faults();
  fault.set_filename("a.yaml");
  fault.set_message("no listeners");
  server.config.reload_response.set_hash("00ff");
  CommandRun run = RunCommand({"config", "reload"}, server.address);
  CHECK(run.code == ExitCode::kUsage);
  CHECK(run.err == "a.yaml: no listeners\n");
  CHECK(run.out == "not reloaded; hash 00ff stays in force\n");
  server.config.reload_response.Clear();
  server.config.reload_response.set_reloaded(true);
  run = RunCommand({"config", "reload"}, server.address);
  CHECK(run.code == ExitCode::kYes);
}

}  // namespace
}  // namespace understudy
