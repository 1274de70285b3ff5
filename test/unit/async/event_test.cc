// An event wakes who waits for it, or gives up in time.
#include "proxy/async/event.h"

#include <catch2/catch.hpp>
#include <string>

#include "proxy/async/clock.h"

namespace understudy {
namespace {

constexpr Duration kPatience = std::chrono::seconds(5);

Task<> Wait(Event& event, std::string& log) {
  co_await event.Wait();
  log += "woken ";
}

Task<> WaitFor(Event& event, Duration limit, std::string& log) {
  const bool set = co_await event.WaitFor(limit);
  log += set ? "set " : "expired ";
}

Task<> WaitTwice(Event& event, std::string& log) {
  co_await WaitFor(event, std::chrono::milliseconds(2), log);
  log += "again ";
  co_await WaitFor(event, kPatience, log);
}

struct LoopFixture {
  asio::io_context context{1};
  Event event{context.get_executor()};
  std::string log;
};

TEST_CASE_METHOD(LoopFixture, "who waits is woken when the event is set") {
  asio::co_spawn(context, Wait(event, log), asio::detached);
  context.poll();
  CHECK(log.empty());
  CHECK_FALSE(event.IsSet());
  event.Set();
  CHECK(log.empty());  // not before the loop runs
  context.run_for(kPatience);
  CHECK(log == "woken ");
  CHECK(event.IsSet());
}

TEST_CASE_METHOD(LoopFixture, "an event that is set already makes nobody wait") {
  event.Set();
  asio::co_spawn(context, Wait(event, log), asio::detached);
  asio::co_spawn(context, WaitFor(event, kPatience, log), asio::detached);
  context.poll();
  CHECK(log == "woken set ");
}

TEST_CASE_METHOD(LoopFixture, "a wait with a limit gives up and can be repeated") {
  asio::co_spawn(context, WaitTwice(event, log), asio::detached);
  const SteadyTime end = SteadyNow() + kPatience;
  while (log != "expired again " && SteadyNow() < end) {
    context.run_one_for(std::chrono::milliseconds(1));
  }
  CHECK(log == "expired again ");
  context.poll();
  event.Set();
  context.run_for(kPatience);
  CHECK(log == "expired again set ");
}

TEST_CASE_METHOD(LoopFixture, "a wait after one that gave up has no limit of its own") {
  asio::co_spawn(context, WaitFor(event, std::chrono::milliseconds(1), log), asio::detached);
  context.run_for(kPatience);
  REQUIRE(log == "expired ");
  context.restart();
  asio::co_spawn(context, Wait(event, log), asio::detached);
  context.poll();
  CHECK(log == "expired ");
  event.Set();
  context.run_for(kPatience);
  CHECK(log == "expired woken ");
}

}  // namespace
}  // namespace understudy
