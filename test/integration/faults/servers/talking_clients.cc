// Which requests there are, and what is written down of an answer.
#include "test/integration/faults/servers/talking_clients.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <random>

#include "test/support/http_text.h"

namespace understudy {
namespace {

std::string Sized(std::string_view path, const std::string& body) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", path,
                     body.size(), body);
}

std::string InChunks(std::mt19937& random) {
  std::string request = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) {
    const std::string chunk(1 + random() % 9000, static_cast<char>('a' + i));
    request += fmt::format("{:x}\r\n{}\r\n", chunk.size(), chunk);
  }
  return request + "0\r\n\r\n";
}

std::string NextRequest(std::mt19937& random) {
  switch (random() % 10) {
    case 0:
      return Sized("/large", std::string(100'000 + random() % 1000, 'L'));
    case 1:
    case 2:
      return InChunks(random);
    case 3:
      return "GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n";
    case 4:
      return Sized("/large", "{}");
    default:
      return Sized("/x", fmt::format("{{\"n\": {}}}", random() % 1000));
  }
}

std::string Written(const HttpText& answer) {
  std::string text = answer.start_line + "\n";
  for (const auto& [name, value] : answer.fields) {
    if (name != "date") text += name + ": " + value + "\n";
  }
  return text + answer.body + "\n" + answer.trailers + (answer.whole ? "" : "(torn)");
}

}  // namespace

Conversation Converse(std::uint16_t port, unsigned seed, int requests, int gap) {
  std::mt19937 random(seed);
  const TestSocket client = TestSocket::Connect(port);
  HttpReader reader(client);
  Conversation conversation;
  for (int i = 0; i < requests; ++i) {
    const std::string request = NextRequest(random);
    const auto begin = std::chrono::steady_clock::now();
    client.Send(request);
    conversation.answers.push_back(Written(reader.Read()));
    conversation.slowest = std::max(conversation.slowest, std::chrono::steady_clock::now() - begin);
    if (gap > 0) LetPass(gap);
  }
  return conversation;
}

std::vector<Conversation> ConverseAtOnce(std::uint16_t port, int connections, int requests,
                                         int gap) {
  std::vector<std::future<Conversation>> running;
  for (int i = 1; i <= connections; ++i) {
    running.push_back(
        std::async(std::launch::async, Converse, port, static_cast<unsigned>(i), requests, gap));
  }
  std::vector<Conversation> conversations;
  for (auto& one : running) conversations.push_back(one.get());
  return conversations;
}

std::string FirstDifference(const std::vector<Conversation>& one,
                            const std::vector<Conversation>& other) {
  if (one.size() != other.size()) return "not as many connections";
  for (std::size_t c = 0; c < one.size(); ++c) {
    const auto& a = one[c].answers;
    const auto& b = other[c].answers;
    if (a.size() != b.size()) return fmt::format("connection {}: not as many answers", c);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] == b[i]) continue;
      return fmt::format("connection {}, answer {}: {:.300} instead of {:.300}", c, i, a[i], b[i]);
    }
  }
  return {};
}

std::chrono::steady_clock::duration Slowest(const std::vector<Conversation>& conversations) {
  std::chrono::steady_clock::duration slowest{};
  for (const Conversation& one : conversations) slowest = std::max(slowest, one.slowest);
  return slowest;
}

}  // namespace understudy
