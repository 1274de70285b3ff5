// Following a rollout to its end against a scripted server.
#include "proxy/cli/watch.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "test/unit/cli/command_run.h"
#include "test/unit/cli/samples.h"
#include "test/unit/cli/scripted_server.h"

namespace understudy {
namespace {

using Catch::Contains;

const std::vector<std::string> kWatch = {"rollout", "get", "--watch", "--route", "digits"};

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// Presses Ctrl-C when the first line is flushed.
class InterruptingBuffer final : public std::stringbuf {
 public:
  explicit InterruptingBuffer(Interrupt& interrupt) : interrupt_(interrupt) {}

 protected:
  int sync() override {
    interrupt_.Raise();
    return 0;
  }

 private:
  Interrupt& interrupt_;
};

TEST_CASE("the watch ends with the rollout and its exit code says how") {
  const std::vector<std::pair<v1::Rollout::Phase, ExitCode>> ends = {
      {v1::Rollout::COMPLETED, ExitCode::kYes},
      {v1::Rollout::ROLLED_BACK, ExitCode::kRegression},
      {v1::Rollout::CANCELLED, ExitCode::kRegression},
  };
  for (const auto& [phase, expected] : ends) {
    ScriptedServer server;
    server.rollouts.pictures = {SamplePicture(), EndPicture(phase)};
    server.rollouts.watch_stays_open = true;  // a server goes on after the end
    const CommandRun run = RunCommand(kWatch, server.address);
    CHECK(run.code == expected);
    CHECK_THAT(run.out, Contains(v1::Rollout::Phase_Name(phase)) && Contains("because"));
    CHECK(run.err.empty());
  }
}

TEST_CASE("without a terminal there is one line per change and none for a heartbeat") {
  ScriptedServer server;
  v1::WatchRolloutResponse heartbeat = SamplePicture();
  heartbeat.set_changed(false);
  server.rollouts.pictures = {heartbeat, heartbeat, SamplePicture(), heartbeat,
                              EndPicture(v1::Rollout::COMPLETED)};
  const CommandRun run = RunCommand(kWatch, server.address);
  CHECK(Count(run.out, "\n") == 3);  // the first picture, the change, the end
  CHECK(Count(run.out, "RAMPING") == 2);
  CHECK_THAT(run.out, !Contains("\x1b"));
}

TEST_CASE("on a terminal every picture is drawn in place and the cursor comes back") {
  ScriptedServer server;
  v1::WatchRolloutResponse heartbeat = SamplePicture();
  heartbeat.set_changed(false);
  server.rollouts.pictures = {SamplePicture(), heartbeat, EndPicture(v1::Rollout::COMPLETED)};
  const CommandRun run = RunCommand(kWatch, server.address, /*terminal=*/true);
  CHECK(run.code == ExitCode::kYes);
  CHECK(Count(run.out, "├─ arms") == 3);
  CHECK(Count(run.out, "Adigits") == 2);  // the cursor went up before the second and the third
  CHECK_THAT(run.out, Catch::StartsWith("\x1b[?25l") && Catch::EndsWith("\x1b[?25h"));
}

TEST_CASE("a watch that nobody reads any more ends with a heartbeat") {
  ScriptedServer server;
  v1::WatchRolloutResponse heartbeat = SamplePicture();
  heartbeat.set_changed(false);
  server.rollouts.pictures = {SamplePicture(), heartbeat};
  server.rollouts.watch_stays_open = true;
  std::ostringstream out, err;
  Console console{out, err};
  int asked = 0;
  console.reader_left = [&asked] { return ++asked == 2; };
  Interrupt interrupt;
  CHECK(RunCommandLine(kWatch, Environment{server.address, "ada"}, console, interrupt) == kFailed);
  CHECK_THAT(err.str(), Contains("cannot write to standard output"));
}

TEST_CASE("JSON pictures come one per line") {
  ScriptedServer server;
  server.rollouts.pictures = {SamplePicture(), EndPicture(v1::Rollout::COMPLETED)};
  std::vector<std::string> words = kWatch;
  words.insert(words.end(), {"-o", "json"});
  const CommandRun run = RunCommand(words, server.address, /*terminal=*/true);
  CHECK(Count(run.out, "\n") == 2);
  CHECK(Count(run.out, "\n{\"version\":") == 1);
}

TEST_CASE("Ctrl-C ends the watch with 130 and leaves the cursor visible") {
  ScriptedServer server;
  server.rollouts.pictures = {SamplePicture()};
  server.rollouts.watch_stays_open = true;
  Interrupt interrupt;
  InterruptingBuffer buffer(interrupt);
  std::ostream out(&buffer);
  std::ostringstream err;
  Console console{out, err, /*terminal=*/true};
  CHECK(RunCommandLine(kWatch, Environment{server.address, "ada"}, console, interrupt) ==
        ExitCode::kInterrupted);
  CHECK_THAT(buffer.str(), Catch::EndsWith("\x1b[?25h"));
  CHECK(err.str() == "understudyctl: interrupted\n");
}

TEST_CASE("Ctrl-C before a call stops the call") {
  ScriptedServer server;
  Interrupt interrupt;
  interrupt.Raise();
  std::ostringstream out, err;
  Console console{out, err};
  CHECK(RunCommandLine({"rollout", "list"}, Environment{server.address, "ada"}, console,
                       interrupt) == ExitCode::kInterrupted);
}

TEST_CASE("a watch whose time passed exits 5, one whose server left exits 8") {
  ScriptedServer server;
  server.rollouts.pictures = {SamplePicture()};
  CommandRun run = RunCommand(kWatch, server.address);
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Contains("the server ended the watch"));
  server.script.failure = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "");
  run = RunCommand(kWatch, server.address);
  CHECK(run.code == ExitCode::kTimeout);
  CHECK_THAT(run.err, Contains("--timeout"));
}

TEST_CASE("an unknown rollout is an error with the server's sentence") {
  ScriptedServer server;
  server.script.failure = grpc::Status(grpc::StatusCode::NOT_FOUND, "no rollout r-9");
  const CommandRun run = RunCommand({"rollout", "get", "r-9", "--watch"}, server.address);
  CHECK(run.code == kFailed);
  CHECK(run.err == "understudyctl: no rollout r-9\n");
}

}  // namespace
}  // namespace understudy
