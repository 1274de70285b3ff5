// Two answers with their documents, made from texts, for tests of single comparators.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "comparators/comparator.h"
#include "comparators/document.h"

namespace understudy {

// A body and its document; null when it is no JSON.
struct ParsedBody {
  explicit ParsedBody(std::string body) : text(std::move(body)) {
    auto parsed = Document::Parse(text);
    if (parsed.ok()) document = *std::move(parsed);
  }
  std::string text;
  std::unique_ptr<Document> document;
};

struct ParsedPair {
  ParsedPair(std::string baseline_body, std::string candidate_body, int baseline_status = 200,
             int candidate_status = 200)
      : baseline(std::move(baseline_body)), candidate(std::move(candidate_body)) {
    pair.baseline = {baseline_status, {}, baseline.text, baseline.document.get(), baseline.text};
    pair.candidate = {
        candidate_status, {}, candidate.text, candidate.document.get(), candidate.text};
  }
  ParsedPair(const ParsedPair&) = delete;

  ParsedBody baseline;
  ParsedBody candidate;
  Pair pair;
};

// One output named "p" with the given datatype, shape and data, each as JSON text.
inline std::string Answer1(std::string_view dtype, std::string_view shape, std::string_view data) {
  return R"({"model_name":"m","outputs":[{"name":"p","datatype":")" + std::string(dtype) +
         R"(","shape":)" + std::string(shape) + R"(,"data":)" + std::string(data) + "}]}";
}

}  // namespace understudy
