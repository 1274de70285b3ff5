// Bodies made to hurt whoever reads them: a reason within bounded time and memory, and the next
// pair is compared as ever.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "test/support/encoders.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

constexpr std::size_t kMega = 1'000'000;
// Beyond what one decoded answer, its values and its capture may take, far below what bombs say.
constexpr double kMostMemory = 1000.0 * kMega;  // with sanitizers, too
constexpr int kToldWithin = 5000;               // ms
constexpr const char* kPath = "/v2/models/m/infer";

struct Hostile {
  std::string name;
  std::string preset;
  std::string sound;        // an answer of which nothing is wrong, with its head
  std::string answer;       // the hostile one
  std::string baseline;     // why the pair is uncomparable where the incumbent answers so
  std::string candidate{};  // where the candidate does; empty: it is compared, and differs
};

std::string Repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string Encoded(std::string_view encoding, std::string_view body) {
  return JsonAnswer(body, 200, "Content-Encoding: " + std::string(encoding) + "\r\n");
}

Hostile Json(const std::string& name, const std::string& body, const std::string& baseline,
             const std::string& candidate = {}) {
  return {name, "generic-json", JsonAnswer("{\"a\": 1}"), JsonAnswer(body), baseline, candidate};
}

// A few MB that say gigabytes, by members and frames one behind the other; brotli has none such.
Hostile Bomb(const std::string& encoding, const std::string& body) {
  return {encoding + " bomb",      "generic-json", JsonAnswer("{\"a\": 1}"),
          Encoded(encoding, body), "too_large",    "too_large"};
}

// Binary tensors behind `json_length` bytes of JSON, or what the header says of them.
std::string Tensors(std::string_view json_length) {
  static constexpr std::string_view kJson =
      R"({"outputs":[{"name":"p","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]})";
  std::string length(json_length);
  if (length.empty()) length = std::to_string(kJson.size());
  return JsonAnswer(std::string(kJson) + std::string(4, '\0'), 200,
                    "Inference-Header-Content-Length: " + length + "\r\n");
}

Hostile BinaryLength(const std::string& length, const std::string& baseline) {
  return {"Inference-Header-Content-Length " + length, "oip-v2", Tensors(""), Tensors(length),
          baseline};
}

double Pairs(const RunningProxy& proxy, const std::string& reason) {
  return reason.empty()
             ? proxy.Metric("understudy_mirror_pairs_total", "outcome=\"compared\"")
             : proxy.Metric("understudy_mirror_pairs_total", "reason=\"" + reason + "\"");
}

// Of this process, in bytes: the most it ever had since ForgetPeak().
double PeakMemory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  double kilobytes = 0;
  status >> kilobytes;
  return kilobytes * 1024;
}
void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << 5; }

// The answer at this path alone, a sound one elsewhere.
FakeUpstream::Script AnswersAt(std::string_view path, std::string hostile, std::string sound) {
  return [=, path = std::string(path)](FakeUpstream::Connection& c, const HttpText& request) {
    const bool asked = request.start_line.find(path) != std::string::npos;
    return c.socket.Send(asked ? hostile : sound);
  };
}

std::string Config(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                   const std::string& preset) {
  return TwoModels(incumbent.Address(), candidate.Address(),
                   "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_body: 64MiB, "
                   "max_memory: 192MiB}}]\n    compare: {preset: " +
                       preset + "}\n");
}

void IsToldWithinBounds(const Hostile& hostile, bool incumbent_is_hostile) {
  INFO(hostile.name << ", of the " << (incumbent_is_hostile ? "incumbent" : "candidate"));
  FakeUpstream bad(AnswersAt("?bad", hostile.answer, hostile.sound));
  FakeUpstream good(hostile.sound);
  RunningProxy proxy(
      Config(incumbent_is_hostile ? bad : good, incumbent_is_hostile ? good : bad, hostile.preset));
  const std::string& reason = incumbent_is_hostile ? hostile.baseline : hostile.candidate;
  ForgetPeak();
  const double before = PeakMemory();
  CHECK(proxy.Post(std::string(kPath) + "?bad", "{}").whole);
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, reason) == 1; }, kToldWithin));
  CHECK(PeakMemory() - before < kMostMemory);
  CHECK(RunningProxy::Eventually(
      [&] { return proxy.Metric("understudy_mirror_memory_bytes") == 0; }));

  const double compared = Pairs(proxy, "");
  CHECK(proxy.Post(kPath, "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, "") == compared + 1; }));
}

void IsToldOnBothSides(const Hostile& hostile) {
  IsToldWithinBounds(hostile, GENERATE(true, false));
}

}  // namespace

TEST_CASE("JSON that is hard to read leaves a reason, and the proxy serving") {
  const int which = GENERATE(range(0, 4));
  constexpr std::size_t kDepth = 10'000;
  IsToldOnBothSides(
      which == 0   ? Json("depth of 10,000", std::string(kDepth, '[') + std::string(kDepth, ']'),
                          "too_large", "too_large")
      : which == 1 ? Json("number of 50 MB", std::string(50 * kMega, '7'), "too_large", "too_large")
      : which == 2 ? Json("invalid UTF-8", "{\"a\": \"\xC3\x28\"}", "not_json")
                   : Json("repeated key", "{\"a\": 1, \"a\": 1}", "not_json"));
}

TEST_CASE("zip bombs leave a reason, and the proxy serving") {
  const int which = GENERATE(range(0, 3));
  const std::string zeros(10 * kMega, '\0');
  constexpr std::size_t kTimes = 500;  // 5 GB
  IsToldOnBothSides(which == 0   ? Bomb("gzip", Repeated(Gzipped(zeros), kTimes))
                    : which == 1 ? Bomb("zstd", Repeated(Zstded(zeros), kTimes))
                                 : Bomb("br", Brotlied(Repeated(zeros, 20))));
}

TEST_CASE("a wrong length of the JSON before binary tensors leaves a reason") {
  const int which = GENERATE(range(0, 4));
  IsToldOnBothSides(which == 0   ? BinaryLength("7", "not_json")
                    : which == 1 ? BinaryLength("1000", "decode_error")
                    : which == 2 ? BinaryLength("-1", "decode_error")
                                 : BinaryLength("99999999999999999999999", "decode_error"));
}

namespace {

// Events without end, and without [DONE], each after that many milliseconds.
FakeUpstream::Script TalksForever(int milliseconds) {
  return [=](FakeUpstream::Connection& c, const HttpText& request) {
    if (request.start_line.find("?bad") == std::string::npos) {
      return c.socket.Send(JsonAnswer("{\"choices\": []}"));
    }
    const std::string event = R"(data: {"choices":[{"index":0,"delta":{"content":")" +
                              std::string(900, 'e') + "\"}}]}\n\n";
    const std::string chunk = fmt::format("{:x}\r\n{}\r\n", event.size(), event);
    c.socket.Send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    while (!c.ending && c.socket.Send(chunk)) {
      if (milliseconds > 0) c.Pause(milliseconds);
    }
    return false;
  };
}

std::string ChatConfig(const FakeUpstream& incumbent, const FakeUpstream& candidate) {
  return TwoModels(incumbent.Address(), candidate.Address(),
                   "    candidates: [{cluster: v2, mirror: {rate: 1.0, max_body: 1MiB, "
                   "timeout: 300ms}}]\n    compare: {preset: openai-chat}\n");
}

constexpr const char* kChat = "/v1/chat/completions";

}  // namespace

TEST_CASE("a candidate's stream without end is given up, by its size or by the time") {
  const int pause = GENERATE(0, 20);
  INFO("an event every " << pause << " ms");
  FakeUpstream incumbent(JsonAnswer("{\"choices\": []}"));
  FakeUpstream candidate(TalksForever(pause));
  RunningProxy proxy(ChatConfig(incumbent, candidate));
  CHECK(proxy.Post(std::string(kChat) + "?bad", "{}").Status() == 200);
  const std::string reason = pause == 0 ? "too_large" : "";
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, reason) == 1; }));
  const double compared = Pairs(proxy, "");
  CHECK(proxy.Post(kChat, "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, "") == compared + 1; }));
}

TEST_CASE("an incumbent's stream without end is the client's to leave, and is not mirrored") {
  FakeUpstream incumbent(TalksForever(0));
  FakeUpstream candidate(JsonAnswer("{\"choices\": []}"));
  RunningProxy proxy(ChatConfig(incumbent, candidate));
  {
    const TestSocket client = proxy.Connect();
    client.Send("POST " + std::string(kChat) +
                "?bad HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
    HttpReader reader(client);
    CHECK(reader.AtLeast(4 * kMega).size() >= 4 * kMega);
  }
  CHECK(RunningProxy::Eventually([&] {
    return proxy.Metric("understudy_mirror_requests_total", "reason=\"client_left\"") == 1;
  }));
  CHECK(proxy.Metric("understudy_mirror_memory_bytes") == 0);
  CHECK(proxy.Post(kChat, "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Pairs(proxy, "") == 1; }));
}
