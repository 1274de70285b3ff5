// The scripts.
#include "test/integration/faults/servers/faults.h"

#include <fmt/format.h>

#include <stdexcept>

#include "proxy/base/hash.h"

namespace understudy {
namespace {

using Connection = FakeUpstream::Connection;
using Listening = Fault::Listening;

// The next request. False: there will be none.
bool Next(Connection& c, HttpText& request) {
  while (!c.ending && !c.reader.HasBytes() && !c.socket.WaitReadable(10)) {
  }
  if (c.ending) return false;
  request = c.reader.Read();
  return request.whole;
}

// Waits, without reading, until the peer ended the connection or the time is over.
bool PeerEnded(Connection& c, int milliseconds) {
  for (int waited = 0; waited < milliseconds && !c.ending; waited += 10) {
    pollfd peer{c.socket.Descriptor(), POLLRDHUP, 0};
    if (::poll(&peer, 1, 10) > 0) return true;
  }
  return c.ending;
}
constexpr int kUntilItEnds = 3'600'000;

// So that a few ten kilobytes fill it.
void TakeLittle(Connection& c) {
  const int bytes = 4096;
  ::setsockopt(c.socket.Descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

// Loopback alone: whoever closes a connection frees what its peer had still queued. A server
// elsewhere does that itself, so its queue must not count as the proxy's time.
void QueueLittle(Connection& c) {
  const int bytes = 64 << 10;
  ::setsockopt(c.socket.Descriptor(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

bool SendForever(Connection& c, std::string_view first, std::string_view again) {
  QueueLittle(c);
  if (!c.socket.Send(first)) return false;
  while (!c.ending && c.socket.Send(again)) {
  }
  return false;
}

bool NeverReads(Connection& c, const HttpText&) {
  TakeLittle(c);
  PeerEnded(c, kUntilItEnds);
  return false;
}

bool ReadsSlowly(Connection& c, const HttpText&) {
  TakeLittle(c);
  char byte = 0;
  while (!PeerEnded(c, 1000)) ::recv(c.socket.Descriptor(), &byte, 1, MSG_DONTWAIT);
  return false;
}

bool AnswersSlowly(Connection& c, const HttpText&) {
  HttpText request;
  if (!Next(c, request)) return false;
  for (const char& byte : EchoAnswer(request)) {
    if (!c.socket.Send({&byte, 1}) || PeerEnded(c, 1000)) break;
  }
  return false;
}

bool ResetsInside(Connection& c, const HttpText&) {
  HttpText request;
  if (!Next(c, request)) return false;
  c.socket.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(300, 'x'));
  c.Pause(2);
  c.socket.Reset();
  return false;
}

bool AnswersEarly(Connection& c, const HttpText&) {
  c.reader.ReadHead();
  c.socket.Send(JsonAnswer("{\"early\": true}"));
  PeerEnded(c, kUntilItEnds);
  return false;
}

std::string Chunk(std::size_t bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes, std::string(bytes, 'e'));
}

bool Endless(Connection& c, bool chunked) {
  HttpText request;
  if (!Next(c, request)) return false;
  static const std::string kChunk = Chunk(16384);
  return SendForever(
      c,
      chunked ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n",
      kChunk);
}

bool Garbage(Connection& c, const HttpText&) {
  std::string noise;
  for (int i = 0; i < 65536; ++i) noise += static_cast<char>(i * 73 + i / 256);
  c.socket.Send(noise);
  PeerEnded(c, kUntilItEnds);
  return false;
}

bool FloodsInterim(Connection& c, const HttpText&) {
  HttpText request;
  if (!Next(c, request)) return false;
  std::string many;
  for (int i = 0; i < 500; ++i) many += "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
  return SendForever(c, {}, many);
}

bool BlackHole(Connection& c, const HttpText&) {
  std::string ignored;
  while (!c.ending) {
    const TestSocket::Got got = c.socket.Read(ignored, 20);
    if (got == TestSocket::Got::kEnd || got == TestSocket::Got::kReset) break;
    ignored.clear();
  }
  return false;
}

// As much as may still be compared, where the incumbent answers little.
bool AnswersAtLength(Connection& c, const HttpText&) {
  static const std::string kAnswer = JsonAnswer("\"" + std::string(200'000, 'l') + "\"");
  HttpText request;
  while (Next(c, request) && c.socket.Send(kAnswer)) {
  }
  return false;
}

}  // namespace

const std::vector<Fault>& AllFaults() {
  static const auto kNothing = [](Connection&, const HttpText&) { return false; };
  static const std::vector<Fault> kFaults = {
      {"refuses", kNothing, Listening::kRefuses},
      {"accepts and closes", kNothing},
      {"never reads", NeverReads},
      {"reads a byte a second", ReadsSlowly},
      {"answers a byte a second", AnswersSlowly},
      {"resets inside the body", ResetsInside},
      {"answers before the request's end", AnswersEarly},
      {"endless chunks", [](Connection& c, const HttpText&) { return Endless(c, true); }},
      {"endless until close", [](Connection& c, const HttpText&) { return Endless(c, false); }},
      {"garbage", Garbage},
      {"floods interim answers", FloodsInterim},
      {"ten times slower", EchoModel(20)},
      {"black hole", BlackHole},
      {"never accepts", kNothing, Listening::kNeverAccepts},
      {"answers at length", AnswersAtLength},
  };
  return kFaults;
}

Fault FaultNamed(std::string_view name) {
  for (const Fault& fault : AllFaults()) {
    if (fault.name == name) return fault;
  }
  throw std::logic_error("no fault is named " + std::string(name));
}

std::vector<Fault> FaultsNamed(const std::vector<std::string>& names) {
  std::vector<Fault> faults;
  for (const std::string& name : names) faults.push_back(FaultNamed(name));
  return faults;
}

std::string EchoAnswer(const HttpText& request) {
  const std::string text = fmt::format("{{\"bytes\": {}, \"hash\": \"{:016x}\"}}",
                                       request.body.size(), H64("echo", {request.body}));
  if (request.start_line.find(" /large ") != std::string::npos) {
    return JsonAnswer(text + std::string(60'000, ' '));
  }
  if (request.start_line.find(" /chunked") == std::string::npos) return JsonAnswer(text);
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
         fmt::format("{:x};part=1\r\n{}\r\n", text.size(), text) +
         "4\r\n    \r\n1\r\n\n\r\n0\r\n\r\n";
}

FakeUpstream::Script EchoModel(int milliseconds) {
  return [milliseconds](Connection& c, const HttpText&) {
    HttpText request;
    while (Next(c, request)) {
      if (milliseconds > 0) c.Pause(milliseconds);
      if (!c.socket.Send(EchoAnswer(request))) break;
    }
    return false;
  };
}

}  // namespace understudy
