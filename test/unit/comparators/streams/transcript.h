// Streams as servers send them, written briefly, and the check that an assembled answer is the one
// that is not streamed.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/streams/assemble.h"
#include "comparators/suite.h"

namespace understudy {

// Written over several lines here, sent in one.
inline std::string OneLine(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

// Server-sent events of data alone.
inline std::string Sse(std::initializer_list<std::string_view> data) {
  std::string body;
  for (const std::string_view one : data) body += "data: " + OneLine(one) + "\n\n";
  return body;
}

// Server-sent events whose field "event" is the member "type" of their data, as OpenAI's responses
// and Anthropic send them.
inline std::string TypedSse(std::initializer_list<std::string_view> data) {
  std::string body;
  for (const std::string_view one : data) {
    const std::size_t start = one.find("\"type\":\"") + 8;
    body += "event: " + std::string(one.substr(start, one.find('"', start) - start)) + "\n";
    body += "data: " + OneLine(one) + "\n\n";
  }
  return body;
}

inline std::string Lines(std::initializer_list<std::string_view> lines) {
  std::string body;
  for (const std::string_view line : lines) body += OneLine(line) + "\n";
  return body;
}

inline AssembledStream Assembled(std::string assembly, std::string_view body,
                                 ContentMode content = ContentMode::kAuto) {
  auto stream = AssembleStream(body, {.assembly = std::move(assembly), .content = content});
  INFO(stream.status().message());
  REQUIRE(stream.ok());
  return *std::move(stream);
}

inline absl::Status AssemblyFault(std::string assembly, std::string_view body) {
  return AssembleStream(body, {.assembly = std::move(assembly)}).status();
}

// What stands at a pointer of an assembled answer, as JSON; empty when nothing does.
inline std::string At(const AssembledStream& stream, std::string_view pointer) {
  const auto document = Document::Parse(stream.json);
  INFO(stream.json);
  REQUIRE(document.ok());
  const auto value = (*document)->At(pointer);
  return value ? RenderJson(*value, 10'000) : std::string();
}

// Whether the comparator `json` finds no difference but at the paths named.
inline void CheckSameAnswer(const AssembledStream& stream, std::string_view unstreamed,
                            std::initializer_list<std::string_view> but_for = {}) {
  SuiteSpec spec{.comparators = {{"answer", "json", ""}}};
  for (const std::string_view path : but_for) spec.ignore.push_back({std::string(path), ""});
  const auto suite = BuildSuite(spec);
  REQUIRE(suite.ok());
  const RawAnswer baseline{200, {}, unstreamed};
  const RawAnswer candidate{200, {}, stream.json};
  const PairScore score = (*suite)->Score({{}, baseline, candidate});
  INFO("unstreamed: " << unstreamed << "\nassembled:  " << stream.json);
  REQUIRE(score.scores.at(0).compared);
  CHECK(score.scores.at(0).comparison.divergence == 0);
}

}  // namespace understudy
