// JSON texts, padded to the byte.
#include "test/bench/inference_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace understudy::bench {
namespace {

constexpr std::size_t kNumberBytes = 8;  // "0.12345,"

// `before`, the shape and as many numbers as `bytes` have room for; spaces make up the rest.
std::string Filled(const std::string& before, const std::string& first, std::size_t bytes) {
  const std::string after = "]}]}";
  const std::size_t fixed = before.size() + after.size() + 30;
  const std::size_t count = bytes > fixed ? std::max<std::size_t>(2, (bytes - fixed) / 8) : 2;
  std::string text = before + R"("shape":[1,)" + std::to_string(count) + R"(],"data":[)" + first;
  unsigned state = 7;
  for (std::size_t i = 1; i < count; ++i) {
    state = state * 1103515245u + 12345u;
    std::array<char, kNumberBytes + 1> number{};
    std::snprintf(number.data(), number.size(), ",0.%05u", (state >> 8) % 100000);
    text += number.data();
  }
  text += after;
  text.resize(std::max(bytes, text.size()), ' ');
  return text;
}

}  // namespace

std::string RequestBody(std::size_t bytes) {
  if (bytes == 0) return {};
  return Filled(R"({"id":"42","inputs":[{"name":"pixels","datatype":"FP32",)", "0.5", bytes);
}

std::string AnswerBody(std::size_t bytes, bool differing) {
  return Filled(std::string(R"({"model_name":"digits","model_version":"1","id":"42","outputs":[)"
                            R"({"name":"label","datatype":"INT64","shape":[1],"data":[)") +
                    (differing ? "8" : "3") + R"(]},{"name":"scores","datatype":"FP32",)",
                differing ? "0.75" : "0.25", bytes);
}

std::string StreamEvent(std::size_t index) {
  std::array<char, 160> text{};
  std::snprintf(
      text.data(), text.size(),
      "data: {\"id\":\"cmpl-42\",\"object\":\"text_completion\",\"choices\":[{\"index\":0,"
      "\"text\":\"token %06zu\"}]}\n\n",
      index % 1000000);
  return text.data();
}

}  // namespace understudy::bench
