// Words to options.
#include "test/bench/traffic_options.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace understudy::bench {
namespace {

bool ToNumber(const std::string& text, double& out) {
  char* end = nullptr;
  out = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && out >= 0;
}

bool ReadKind(const std::string& word, StubOptions& stub) {
  using Kind = StubOptions::Kind;
  if (word == "answer") {
    stub.kind = Kind::kAnswers;
  } else if (word == "stream") {
    stub.kind = Kind::kStreams;
  } else if (word == "silent") {
    stub.kind = Kind::kSilent;
  } else if (word == "full") {
    stub.kind = Kind::kNeverAccepts;
  } else if (word == "refuse") {
    stub.kind = Kind::kRefuses;
  } else {
    return false;
  }
  return true;
}

bool ReadStub(const std::string& text, StubOptions& stub) {
  std::istringstream words(text);
  std::string word;
  if (!std::getline(words, word, ',') || !ReadKind(word, stub)) return false;
  while (std::getline(words, word, ',')) {
    const std::size_t equals = word.find('=');
    double value = 0;
    if (equals == std::string::npos || !ToNumber(word.substr(equals + 1), value)) return false;
    const std::string_view name = std::string_view(word).substr(0, equals);
    if (name == "port") {
      stub.port = static_cast<std::uint16_t>(value);
    } else if (name == "bytes") {
      stub.answer_bytes = static_cast<std::size_t>(value);
    } else if (name == "delay_ms") {
      stub.delay = static_cast<Nanos>(value * 1e6);
    } else if (name == "differ_every") {
      stub.differ_every = static_cast<int>(value);
    } else if (name == "events") {
      stub.events_per_stream = static_cast<int>(value);
    } else if (name == "http2") {
      stub.http2 = value != 0;
    } else if (name == "per_second") {
      stub.events_per_second = value;
    } else {
      return false;
    }
  }
  return true;
}

bool ReadNumber(const std::string& name, double value, TrafficOptions& out) {
  if (name == "--connections") {
    out.load.connections = static_cast<int>(value);
  } else if (name == "--streams") {
    out.load.streams = static_cast<int>(value);
  } else if (name == "--rate") {
    out.load.rate = value;
  } else if (name == "--gap-us") {
    out.load.gap = static_cast<Nanos>(value * 1e3);
  } else if (name == "--requests") {
    out.load.requests = static_cast<std::uint64_t>(value);
  } else if (name == "--body") {
    out.body_bytes = static_cast<std::size_t>(value);
  } else if (name == "--answer") {
    out.answer_bytes = static_cast<std::size_t>(value);
  } else if (name == "--answer-events") {
    out.answer_events = static_cast<int>(value);
  } else if (name == "--seconds") {
    out.most_seconds = value;
  } else {
    return false;
  }
  return true;
}

bool ReadWord(const std::string& word, TrafficOptions& out) {
  if (word == "--spin") {
    out.spins = true;
    return true;
  }
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) return false;
  const std::string name = word.substr(0, equals), value = word.substr(equals + 1);
  if (name == "--stub") return ReadStub(value, out.stubs.emplace_back());
  double number = 0;
  return ToNumber(value, number) && ReadNumber(name, number, out);
}

}  // namespace

bool ReadTrafficOptions(const std::vector<std::string>& words, TrafficOptions& out) {
  for (const std::string& word : words) {
    if (ReadWord(word, out)) continue;
    std::fprintf(stderr, "bench_traffic: '%s' is not understood\n%s", word.c_str(), kTrafficUsage);
    return false;
  }
  return true;
}

}  // namespace understudy::bench
