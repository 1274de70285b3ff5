// The stream that all pairs of a service share: matching, deadlines, room, breaks, odd answers.
#include "comparators/remote/service_connection.h"

#include <catch2/catch.hpp>
#include <future>
#include <limits>
#include <optional>
#include <set>

#include "test/support/fake_comparator_service.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Fake = FakeComparatorService;
using Time = std::chrono::steady_clock;

constexpr seconds kLong{60};  // longer than any test waits

ServiceRule RuleOf(const std::string& address, std::chrono::nanoseconds deadline = kLong,
                   std::size_t max_in_flight = 64) {
  return {"fake", address, deadline, max_in_flight};
}

v1::CompareRequest RequestWith(const std::string& body) {
  v1::CompareRequest request;
  request.set_request_body(body);
  return request;
}

using Asked = std::future<absl::StatusOr<ServiceAnswer>>;

Asked AskOnThread(ServiceConnection& connection, const std::string& body = "") {
  return std::async(std::launch::async,
                    [&connection, body] { return connection.Ask(RequestWith(body)); });
}

// Whether it is answered long before a deadline would end it.
bool Soon(Asked& asked) { return asked.wait_for(seconds(10)) == std::future_status::ready; }

// Scores each request by the number that is its body.
Fake::Answers Scored(const v1::CompareRequest& request) {
  return {Fake::Score(request.id(), std::stod(request.request_body()))};
}

Fake::Answers Kept(const v1::CompareRequest&) { return {}; }

double ScoreOf(const absl::StatusOr<ServiceAnswer>& answer) {
  INFO(answer.status().ToString());
  REQUIRE(answer.ok());
  return answer->response.comparison().divergence();
}

// Asks again until an answer comes, as after a restart.
bool EventuallyAnswers(ServiceConnection& connection) {
  const auto until = Time::now() + seconds(20);
  while (Time::now() < until) {
    if (connection.Ask(RequestWith("0.5")).ok()) return true;
    std::this_thread::yield();
  }
  return false;
}

}  // namespace

TEST_CASE("answers find the pair they are of, whatever order they come in") {
  Fake fake({Kept});
  ServiceConnection connection(RuleOf(fake.Address()), {});
  std::vector<Asked> asked;
  for (int i = 0; i < 8; ++i) asked.push_back(AskOnThread(connection, std::to_string(i)));
  std::vector<v1::CompareRequest> kept = fake.Kept(8);
  REQUIRE(kept.size() == 8);
  std::reverse(kept.begin(), kept.end());
  for (const auto& request : kept) fake.Send(Scored(request).front());
  for (int i = 0; i < 8; ++i) CHECK(ScoreOf(asked[static_cast<std::size_t>(i)].get()) == i);
  CHECK(fake.Streams() == 1);
  CHECK(connection.Counts().answered == 8);
}

TEST_CASE("many threads share one stream") {
  Fake fake({Scored});
  ServiceConnection connection(RuleOf(fake.Address()), {});
  std::vector<std::future<int>> threads;
  for (int t = 0; t < 8; ++t) {
    threads.push_back(std::async(std::launch::async, [&connection, t] {
      int right = 0;
      for (int i = 0; i < 200; ++i) {
        const int number = 1000 * t + i;
        const auto answer = connection.Ask(RequestWith(std::to_string(number)));
        if (answer.ok() && answer->response.comparison().divergence() == number) ++right;
      }
      return right;
    }));
  }
  for (auto& thread : threads) CHECK(thread.get() == 200);
  CHECK(fake.Streams() == 1);
}

TEST_CASE("a request says how long its answer is waited for") {
  Fake fake({Kept});
  ServiceConnection connection(RuleOf(fake.Address(), seconds(3)), {});
  auto asked = AskOnThread(connection);
  const auto kept = fake.Kept(1);
  REQUIRE(kept.size() == 1);
  const double left = static_cast<double>(kept[0].deadline().seconds()) +
                      1e-9 * static_cast<double>(kept[0].deadline().nanos());
  CHECK(left > 0);
  CHECK(left <= 3);
  connection.End();
  CHECK(absl::IsCancelled(asked.get().status()));
}

TEST_CASE("a pair that is not answered in time is given up, and its answer is dropped") {
  std::atomic<bool> keep{true};
  Fake fake(
      {[&](const v1::CompareRequest& request) { return keep ? Kept(request) : Scored(request); }});
  ServiceConnection connection(RuleOf(fake.Address(), milliseconds(200)), {});
  const auto before = Time::now();
  const auto answer = connection.Ask(RequestWith("1"));
  CHECK(absl::IsDeadlineExceeded(answer.status()));
  CHECK(answer.status().message() ==
        "the comparator service \"fake\" at " + fake.Address() + " did not answer within 200 ms");
  CHECK(Time::now() - before >= milliseconds(200));
  const auto kept = fake.Kept(1);
  REQUIRE(kept.size() == 1);
  fake.Send(Fake::Score(kept[0].id(), 0.25));
  keep = false;
  CHECK(EventuallyAnswers(connection));
  CHECK(connection.Counts().surplus == 1);
  CHECK(connection.Counts().timed_out >= 1);
}

TEST_CASE("beyond the pairs that may be in flight one is refused at once") {
  Fake fake({Kept});
  ServiceConnection connection(RuleOf(fake.Address(), kLong, 4), {});
  std::vector<Asked> asked;
  for (int i = 0; i < 4; ++i) asked.push_back(AskOnThread(connection, "1"));
  std::vector<v1::CompareRequest> kept = fake.Kept(4);
  REQUIRE(kept.size() == 4);
  auto fifth = AskOnThread(connection, "1");
  REQUIRE(Soon(fifth));
  CHECK(absl::IsUnavailable(fifth.get().status()));
  CHECK(connection.Counts().refused_full == 1);
  fake.Send(Scored(kept[0]).front());
  while (connection.Counts().answered == 0) std::this_thread::yield();  // a place is free again
  auto sixth = AskOnThread(connection, "1");
  kept = fake.Kept(5);
  REQUIRE(kept.size() == 5);
  for (std::size_t i = 1; i < kept.size(); ++i) fake.Send(Scored(kept[i]).front());
  for (Asked& one : asked) CHECK(ScoreOf(one.get()) == 1);
  CHECK(ScoreOf(sixth.get()) == 1);
}

TEST_CASE("when the stream breaks all that is in flight fails at once, and a new one is opened") {
  std::atomic<bool> keep{true};
  Fake fake(
      {[&](const v1::CompareRequest& request) { return keep ? Kept(request) : Scored(request); }});
  ServiceConnection connection(RuleOf(fake.Address()), {});
  std::vector<Asked> asked;
  for (int i = 0; i < 5; ++i) asked.push_back(AskOnThread(connection, "1"));
  REQUIRE(fake.Kept(5).size() == 5);
  keep = false;
  fake.Break();
  for (Asked& one : asked) {
    REQUIRE(Soon(one));
    const absl::Status status = one.get().status();
    CHECK(absl::IsInternal(status));
    CHECK(status.message().find("broke off") != std::string::npos);
  }
  CHECK(EventuallyAnswers(connection));
  CHECK(fake.Streams() == 2);
  CHECK(connection.Counts().connections == 2);
}

TEST_CASE("while a service is away pairs fail at once; one that comes back is found") {
  auto fake = std::make_optional<Fake>(Fake::Behaviour{Scored});
  const std::string address = fake->Address();
  const int port = fake->Port();
  std::mutex mutex;
  std::vector<std::string> news;
  ServiceConnection connection(RuleOf(address), [&](const std::string& text) {
    std::lock_guard lock(mutex);
    news.push_back(text);
  });
  CHECK(ScoreOf(connection.Ask(RequestWith("0.5"))) == 0.5);
  fake.reset();
  while (connection.Counts().refused_down < 3) {
    auto asked = AskOnThread(connection, "1");
    REQUIRE(Soon(asked));
    CHECK(absl::IsInternal(asked.get().status()));
  }
  const absl::Status away = connection.Ask(RequestWith("1")).status();
  CHECK(away.message().find("\"fake\" at " + address + " is away: ") != std::string::npos);
  fake.emplace(Fake::Behaviour{Scored}, port);
  CHECK(EventuallyAnswers(connection));
  connection.End();
  REQUIRE(news.size() == 3);
  CHECK(news[0].find("is there: fake 1") != std::string::npos);
  CHECK(news[1].find("is away") != std::string::npos);
  CHECK(news[2].find("is there: fake 1") != std::string::npos);
}

TEST_CASE("where nobody listens a pair fails long before its deadline") {
  std::string address;
  { address = Fake({Scored}).Address(); }
  ServiceConnection connection(RuleOf(address), {});
  auto asked = AskOnThread(connection, "1");
  REQUIRE(Soon(asked));
  CHECK(absl::IsInternal(asked.get().status()));
}

TEST_CASE("a service that answers nothing at all is connected to anew") {
  Fake fake({Kept});
  ServiceConnection connection(RuleOf(fake.Address(), milliseconds(20), 3), {});
  const auto until = Time::now() + seconds(20);
  bool answered = false;
  while (fake.Streams() < 2 && Time::now() < until) {
    answered = answered || connection.Ask(RequestWith("1")).ok();
  }
  CHECK(fake.Streams() >= 2);
  CHECK(connection.Counts().timed_out >= 3);
  CHECK_FALSE(answered);
}

TEST_CASE("answers given twice or to nobody are counted and told, and change no other pair") {
  Fake fake({[](const v1::CompareRequest& request) -> Fake::Answers {
    const double right = std::stod(request.request_body());
    if (right < 0) return {};
    return {Fake::Score(request.id() + 1000, 9), Fake::Score(0, 9),
            Fake::Score(request.id(), right), Fake::Score(request.id(), 9),
            Fake::Score(std::numeric_limits<std::uint64_t>::max(), 9)};
  }});
  ServiceConnection connection(RuleOf(fake.Address(), milliseconds(500)), {});
  for (int i = 0; i < 20; ++i) {
    CHECK(ScoreOf(connection.Ask(RequestWith(std::to_string(i)))) == i);
  }
  const absl::Status status = connection.Ask(RequestWith("-1")).status();
  CHECK(std::string(status.message())
            .ends_with("did not answer within 500 ms; so far 20 answers "
                       "late or given twice, 60 answers to pairs that "
                       "were never sent"));
  CHECK(connection.Counts().answered == 20);
}

TEST_CASE("an answer beyond a megabyte breaks the stream and nothing else") {
  Fake fake({[](const v1::CompareRequest& request) -> Fake::Answers {
    const bool huge = request.request_body() == "huge";
    return {Fake::Score(request.id(), 0.5, std::string(huge ? 2u << 20 : 3, 'x'))};
  }});
  ServiceConnection connection(RuleOf(fake.Address()), {});
  auto asked = AskOnThread(connection, "huge");
  REQUIRE(Soon(asked));
  CHECK(std::string(asked.get().status().message()).find("larger than one side takes") !=
        std::string::npos);
  CHECK(EventuallyAnswers(connection));
}

TEST_CASE("what is in flight when a connection is ended fails at once, like all that follows") {
  Fake fake({Kept});
  ServiceConnection connection(RuleOf(fake.Address()), {});
  auto asked = AskOnThread(connection, "1");
  REQUIRE(fake.Kept(1).size() == 1);
  connection.End();
  REQUIRE(Soon(asked));
  CHECK(absl::IsCancelled(asked.get().status()));
  CHECK(absl::IsCancelled(connection.Ask(RequestWith("1")).status()));
}

}  // namespace understudy
