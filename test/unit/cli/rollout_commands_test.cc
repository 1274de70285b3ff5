// The rollout and switch commands against a scripted server.
#include <catch2/catch.hpp>

#include "test/unit/cli/command_run.h"
#include "test/unit/cli/samples.h"
#include "test/unit/cli/scripted_server.h"

namespace understudy {
namespace {

using Catch::Contains;

TEST_CASE("each change calls its own method with what was said on the command line") {
  ScriptedServer server;
  *server.rollouts.command_response.mutable_rollout() = SampleRollout();
  server.rollouts.command_response.set_sentence("done");
  const std::vector<std::pair<std::string, std::string>> methods = {
      {"start", "Start"},     {"hold", "Hold"},       {"resume", "Resume"},
      {"approve", "Approve"}, {"advance", "Advance"}, {"rollback", "RollBack"},
      {"promote", "Promote"}, {"cancel", "Cancel"},
  };
  for (const auto& [word, method] : methods) {
    const CommandRun run =
        RunCommand({"rollout", word, "--route", "digits", "--candidate", "v2", "--reason",
                    "because", "--if-generation", "7", "--dry-run", "--override"},
                   server.address);
    CAPTURE(word, run.err);
    CHECK(run.code == ExitCode::kYes);
    CHECK(server.script.called == method);
    const v1::RolloutCommandRequest& sent = server.rollouts.command;
    CHECK(sent.rollout().route() == "digits");
    CHECK(sent.rollout().candidate() == "v2");
    CHECK(sent.options().reason() == "because");
    CHECK(sent.options().actor() == "ada");
    CHECK(sent.options().if_generation() == 7);
    CHECK(sent.options().dry_run());
    CHECK(sent.options().override_verdict());
    CHECK(run.out ==
          "done\nr-0123456789ab digits: v2 (2) against v1 (1), RAMPING 2/3 at 10%, generation 7\n");
  }
}

TEST_CASE("a change without options asks for nothing more than its name") {
  ScriptedServer server;
  REQUIRE(RunCommand({"rollout", "resume", "r-1"}, server.address).code == ExitCode::kYes);
  const v1::RolloutCommandRequest& sent = server.rollouts.command;
  CHECK(sent.rollout().id() == "r-1");
  CHECK_FALSE(sent.options().has_if_generation());
  CHECK_FALSE(sent.options().dry_run());
  CHECK_FALSE(sent.options().override_verdict());
}

TEST_CASE("create sends route, candidate, plan and its switches") {
  ScriptedServer server;
  server.rollouts.command_response.set_dry_run(true);
  server.rollouts.command_response.set_sentence("would start");
  const CommandRun run = RunCommand({"rollout", "create", "--route", "digits", "--candidate", "v2",
                                     "--plan", "fast", "--unquarantine", "--start", "--dry-run"},
                                    server.address);
  CHECK(run.code == ExitCode::kYes);
  const v1::CreateRolloutRequest& sent = server.rollouts.create;
  CHECK(sent.route() == "digits");
  CHECK(sent.candidate() == "v2");
  CHECK(sent.plan() == "fast");
  CHECK(sent.unquarantine());
  CHECK(sent.start());
  CHECK(sent.options().dry_run());
  CHECK_THAT(run.out, Contains("would start") && !Contains("dry run, nothing changed: would"));
}

TEST_CASE("set-weight takes percents and shares") {
  ScriptedServer server;
  for (const char* weight : {"2.5%", "0.025"}) {
    const CommandRun run =
        RunCommand({"rollout", "set-weight", "r-1", "--weight", weight}, server.address);
    CHECK(run.code == ExitCode::kYes);
    CHECK(server.rollouts.set_weight.weight_percent() == Approx(2.5));
    CHECK(server.rollouts.set_weight.rollout().id() == "r-1");
  }
}

TEST_CASE("set-weight takes the weight as a bare word behind an id or --route") {
  ScriptedServer server;
  REQUIRE(RunCommand({"rollout", "set-weight", "r-1", "12.3456%"}, server.address).code ==
          ExitCode::kYes);
  CHECK(server.rollouts.set_weight.weight_percent() == Approx(12.3456));
  CHECK(server.rollouts.set_weight.rollout().id() == "r-1");
  REQUIRE(RunCommand({"rollout", "set-weight", "--route", "digits", "5%"}, server.address).code ==
          ExitCode::kYes);
  CHECK(server.rollouts.set_weight.rollout().route() == "digits");
  CHECK(server.rollouts.set_weight.rollout().id().empty());
  const CommandRun small =
      RunCommand({"rollout", "set-weight", "--route", "digits", "0.00001%"}, server.address);
  CHECK(small.code == ExitCode::kUsage);
  CHECK_THAT(small.err, Contains("in steps of 0.0001%"));
  const CommandRun none = RunCommand({"rollout", "set-weight", "r-1"}, server.address);
  CHECK(none.code == ExitCode::kUsage);
  CHECK_THAT(none.err, Contains("--weight 5%"));
  CHECK(RunCommand({"rollout", "set-weight", "r-1", "--route", "d", "5%"}, server.address).code ==
        ExitCode::kUsage);
}

TEST_CASE("each switch calls its own method for one route or for all") {
  ScriptedServer server;
  server.rollouts.switch_response.set_sentence("2 routes");
  const std::vector<std::pair<std::string, std::string>> methods = {
      {"kill", "Kill"}, {"unkill", "Unkill"}, {"freeze", "Freeze"}, {"unfreeze", "Unfreeze"}};
  for (const auto& [word, method] : methods) {
    CommandRun run = RunCommand({word, "--reason", "fire"}, server.address);
    CHECK(run.code == ExitCode::kYes);
    CHECK(server.script.called == method);
    CHECK(server.rollouts.route_switch.route().empty());
    CHECK(server.rollouts.route_switch.options().reason() == "fire");
    run = RunCommand({word, "--route", "digits", "--reason", "fire"}, server.address);
    CHECK(run.code == ExitCode::kYes);
    CHECK(server.rollouts.route_switch.route() == "digits");
  }
}

TEST_CASE("a refused change prints the server's sentence and has the status's exit code") {
  ScriptedServer server;
  const std::vector<std::pair<grpc::StatusCode, ExitCode>> codes = {
      {grpc::StatusCode::INVALID_ARGUMENT, ExitCode::kUsage},
      {grpc::StatusCode::NOT_FOUND, kFailed},
      {grpc::StatusCode::FAILED_PRECONDITION, kFailed},
      {grpc::StatusCode::ABORTED, kFailed},
      {grpc::StatusCode::PERMISSION_DENIED, ExitCode::kPermission},
      {grpc::StatusCode::UNAVAILABLE, kFailed},  // reached: its own word
  };
  for (const auto& [status, expected] : codes) {
    server.script.failure = grpc::Status(status, "it is COMPLETED;\x1b[2J start another");
    const CommandRun run = RunCommand({"rollout", "advance", "r-1"}, server.address);
    CHECK(run.code == expected);
    CHECK(run.err == "understudyctl: it is COMPLETED;?[2J start another\n");
    CHECK(run.out.empty());
  }
}

TEST_CASE("an address on the command line wins over the environment") {
  ScriptedServer server;
  const CommandRun run =
      RunCommand({"rollout", "list", "--address", server.address}, "127.0.0.1:1");
  CHECK(run.code == ExitCode::kYes);
}

TEST_CASE("list sends its filters and shows rollouts and quarantine") {
  ScriptedServer server;
  *server.rollouts.list_response.add_rollouts() = SampleRollout();
  server.rollouts.list_response.set_more(true);
  v1::QuarantineStatus* entry = server.rollouts.list_response.add_quarantine();
  entry->set_route("digits");
  entry->set_candidate_version("1.9");
  const CommandRun run = RunCommand(
      {"rollout", "list", "--route", "digits", "--candidate", "v2", "--active", "--limit", "5"},
      server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(server.rollouts.list.route() == "digits");
  CHECK(server.rollouts.list.candidate() == "v2");
  CHECK(server.rollouts.list.active_only());
  CHECK(server.rollouts.list.page_size() == 5);
  CHECK_THAT(run.out, Contains("r-0123456789ab  digits  v2 (2)     v1 (1)     RAMPING 2/3  10%"));
  CHECK_THAT(run.out, Contains("--limit shows") && Contains("In quarantine") && Contains("1.9"));
}

TEST_CASE("get shows the tree, or the whole message as JSON or YAML with stable names") {
  ScriptedServer server;
  const v1::WatchRolloutResponse picture = SamplePicture();
  *server.rollouts.get_response.mutable_status() = picture.status();
  *server.rollouts.get_response.mutable_route() = picture.route();
  CommandRun run = RunCommand({"rollout", "get", "r-0123456789ab"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK(server.rollouts.get.rollout().id() == "r-0123456789ab");
  CHECK_THAT(run.out, Contains("RAMPING 2/3 at 10%") && Contains("stages of plan default"));

  run = RunCommand({"rollout", "get", "--route", "digits", "-o", "json"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("\"candidate_version\": \"2\"") &&
                          Contains("\"phase\": \"RAMPING\"") && Contains("\"generation\": \"7\"") &&
                          Contains("\"stage_approved\": false"));

  run = RunCommand({"-o", "yaml", "rollout", "get", "--route", "digits"}, server.address);
  CHECK(run.code == ExitCode::kYes);
  CHECK_THAT(run.out, Contains("phase: RAMPING\n") && Contains("candidate_version: \"2\"\n"));
}

TEST_CASE("the debug level shows each call on standard error") {
  ScriptedServer server;
  const CommandRun run = RunCommand({"rollout", "list", "--log-level", "debug"}, server.address);
  CHECK_THAT(run.err, Contains("debug: understudy.v1.ListRolloutsRequest to " + server.address));
}

}  // namespace
}  // namespace understudy
