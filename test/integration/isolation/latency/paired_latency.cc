// Rounds of two turns, begun by either in alternation, so that what disturbs the machine disturbs
// both.
#include "test/integration/isolation/latency/paired_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <stdexcept>
#include <vector>

#include "test/support/http_text.h"

namespace understudy {
namespace {

using Clock = std::chrono::steady_clock;
using Latencies = std::vector<std::chrono::nanoseconds>;

constexpr int kClients = 2;
constexpr int kRequests = 80;  // of each client in a turn
constexpr auto kEvery = std::chrono::milliseconds(3);
constexpr int kBetweenTurns = 30;  // ms

// A client that is behind measures from when it should have sent.
Latencies Ask(std::uint16_t port) {
  static const std::string kRequest =
      "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n" + std::string(200, 'q');
  const TestSocket client = TestSocket::Connect(port);
  HttpReader reader(client);
  Latencies latencies;
  auto due = Clock::now();
  auto free = due;
  for (int i = 0; i < kRequests; ++i) {
    due += kEvery;
    while (Clock::now() < due) LetPass(1);
    const auto begin = free > due ? due : Clock::now();
    client.Send(kRequest);
    if (reader.Read().Status() != 200) throw std::runtime_error("a client got no answer");
    free = Clock::now();
    latencies.push_back(free - begin);
  }
  return latencies;
}

std::chrono::nanoseconds Quantile(Latencies values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(values.size() - 1, rank)];
}

std::chrono::nanoseconds P99OfTurn(std::uint16_t port) {
  std::vector<std::future<Latencies>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(std::async(std::launch::async, Ask, port));
  Latencies all;
  for (auto& client : clients) {
    const Latencies own = client.get();
    all.insert(all.end(), own.begin(), own.end());
  }
  LetPass(kBetweenTurns);
  return Quantile(std::move(all), 0.99);
}

}  // namespace

std::string PairedLatency::ToString() const {
  return fmt::format("p99 without {} us, median difference {} us over {} rounds",
                     p99.count() / 1000, difference.count() / 1000, rounds);
}

PairedLatency CompareLatency(std::uint16_t without, std::uint16_t with, int rounds) {
  P99OfTurn(without);
  P99OfTurn(with);
  Latencies alone, differences;
  PairedLatency found;
  int last = rounds;
  while (found.rounds < last) {
    std::chrono::nanoseconds p99_with{}, p99_without{};
    if (found.rounds % 2 == 0) p99_without = P99OfTurn(without);
    p99_with = P99OfTurn(with);
    if (found.rounds % 2 != 0) p99_without = P99OfTurn(without);
    alone.push_back(p99_without);
    differences.push_back(p99_with - p99_without);
    found = {Quantile(alone, 0.5), Quantile(differences, 0.5), found.rounds + 1};
    // Two looks and no more: to stop at the first good one would favour a pass.
    if (found.rounds == rounds && !found.Same()) last = 3 * rounds;
  }
  return found;
}

}  // namespace understudy
