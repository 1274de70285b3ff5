// When the next request is sent, and what became of the last one.
#include "test/bench/load.h"

#include <algorithm>
#include <cstdio>

#include "test/bench/load_client.h"
#include "test/bench/load_http2.h"

namespace understudy::bench {
namespace {

constexpr int kMostStarting = 64;
constexpr Nanos kBeforeReconnecting = 10'000'000;
constexpr Nanos kPatience = 300'000'000;  // then a copy was shed, and will not be answered
constexpr std::array<const char*, static_cast<std::size_t>(LoadError::kCount)> kErrorNames = {
    "connect", "closed", "closed_idle", "status", "length", "bytes", "malformed"};

std::string Request(const std::string& body) {
  return "POST /v2/models/digits/infer HTTP/1.1\r\nHost: inference.test\r\n"
         "User-Agent: bench_traffic\r\nAccept: */*\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

Load::Load(EventLoop& loop, const LoadOptions& options, const std::string& body,
           const std::string& expected, const std::vector<std::unique_ptr<Stub>>& stubs)
    : loop_(loop),
      options_(options),
      body_(body),
      request_(Request(body)),
      expected_(expected),
      stubs_(stubs) {}

Load::~Load() = default;

void Load::Begin(std::uint16_t port) {
  port_ = port;
  while (starting_ < kMostStarting && clients_.size() < Wanted()) Open();
  if (options_.rate > 0) next_due_ = Now();
}

void Load::Open() {
  ++starting_;
  if (options_.streams == 0) {
    clients_.push_back(std::make_shared<Http1Client>(*this));
  } else {
    const auto streams = static_cast<std::size_t>(options_.streams);
    if (clients_.size() % streams == 0) link_ = std::make_shared<Http2Link>(*this);
    clients_.push_back(std::make_shared<Http2Stream>(*this, link_));
  }
  clients_.back()->Connect();
}

bool Load::MayIssue() const {
  return !stopped_ && (options_.requests == 0 || issued_ + backlog_.size() < options_.requests);
}

void Load::Ready(Client& client) {
  if (options_.rate > 0 || options_.gap > 0) {
    idle_.push_back(&client);
    if (options_.gap > 0) next_due_ = kNever;
    return;
  }
  // While connections are being opened, those that have had their answer wait for the others when
  // the number of requests is limited: then each gets its share.
  if (!MayIssue()) return;
  if (options_.requests > 0 && !client.starting && clients_.size() < Wanted()) return;
  ++issued_;
  client.Ask(Now());
}

void Load::Answered(Client& client, Nanos now) {
  ++completed_;
  latency_.Add(now - client.due);
  first_byte_.Add(client.first_byte_at - client.due);
  if (client.starting) {
    client.starting = false;
    --starting_;
    if (clients_.size() < Wanted()) Open();
  }
  Ready(client);
}

// Not at once: a proxy that refuses would only be asked faster.
void Load::Broken(Client& client) { broken_.push_back({Now() + kBeforeReconnecting, &client}); }

bool Load::StubsAreDone(Nanos now) {
  std::uint64_t least = issued_;
  for (const std::unique_ptr<Stub>& stub : stubs_) {
    least = std::min(least, stub->Counters().answers);
  }
  if (now - asked_ > kPatience) given_up_ = issued_ - least;
  return least + given_up_ >= issued_;
}

Nanos Load::OnTurn(Nanos now) {
  while (!broken_.empty() && broken_.front().first <= now) {
    broken_.front().second->Connect();
    broken_.pop_front();
  }
  Nanos next = broken_.empty() ? kNever : broken_.front().first;
  if (options_.rate > 0) next = std::min(next, KeepRate(now));
  if (options_.gap > 0) next = std::min(next, OneAtATime(now));
  return next;
}

Nanos Load::KeepRate(Nanos now) {
  while (next_due_ <= now && MayIssue()) {
    backlog_.push_back(next_due_);
    ++offered_;
    next_due_ += static_cast<Nanos>(1e9 / options_.rate);
  }
  if (stopped_) backlog_.clear();
  while (!backlog_.empty() && !idle_.empty()) {
    Client* client = idle_.front();
    idle_.pop_front();
    const Nanos due = backlog_.front();
    backlog_.pop_front();
    ++issued_;
    client->Ask(due);
  }
  most_backlog_ = std::max(most_backlog_, backlog_.size());
  return MayIssue() ? next_due_ : kNever;
}

Nanos Load::OneAtATime(Nanos now) {
  if (idle_.size() < Wanted() || !MayIssue()) return kNever;
  if (!StubsAreDone(now)) return asked_ + kPatience + 1;
  if (next_due_ == kNever) next_due_ = now + options_.gap;
  if (now < next_due_) return next_due_;
  next_due_ = kNever;
  asked_ = now;
  ++issued_;
  Client* client = idle_.front();
  idle_.pop_front();
  client->Ask(now);
  return kNever;
}

std::string Load::Mark() {
  std::array<char, 512> text{};
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::snprintf(text.data(), text.size(),
                R"("issued":%llu,"offered":%llu,"completed":%llu,"body_bytes":%llu,)"
                R"("backlog":%zu,"most_backlog":%zu,)",
                number(issued_), number(offered_), number(completed_), number(body_bytes_),
                backlog_.size(), most_backlog_);
  std::string json = text.data();
  json += R"("errors":{)";
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    json +=
        std::string(i > 0 ? "," : "") + '"' + kErrorNames[i] + "\":" + std::to_string(errors_[i]);
  }
  json += R"(},"latency_us":)" + latency_.Json() + R"(,"first_byte_us":)" + first_byte_.Json();
  latency_.Clear();
  first_byte_.Clear();
  most_backlog_ = backlog_.size();
  return json;
}

}  // namespace understudy::bench
