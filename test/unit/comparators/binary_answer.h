// Answers with binary tensors, for tests.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/unit/comparators/scored_pair.h"

namespace understudy {

// The elements' bytes, one after the other.
template <typename T>
std::string BytesOf(std::initializer_list<T> elements) {
  std::string bytes(elements.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), std::data(elements), bytes.size());
  return bytes;
}

// A BYTES element: its length, then its text.
inline std::string TextElement(std::string_view text) {
  return BytesOf({static_cast<std::uint32_t>(text.size())}).append(text);
}

inline std::string BinaryOutput(std::string_view name, std::string_view dtype,
                                std::string_view shape, std::size_t bytes) {
  return R"({"name":")" + std::string(name) + R"(","datatype":")" + std::string(dtype) +
         R"(","shape":)" + std::string(shape) + R"(,"parameters":{"binary_data_size":)" +
         std::to_string(bytes) + "}}";
}

// `outputs` are JSON, separated by commas.
inline TextAnswer BinaryAnswer(const std::string& outputs, const std::string& tail) {
  const std::string json = R"({"model_name":"m","outputs":[)" + outputs + "]}";
  return {.status = 200,
          .body = json + tail,
          .headers = {{"Inference-Header-Content-Length", std::to_string(json.size())}}};
}

// One output named "p".
inline TextAnswer Binary1(std::string_view dtype, std::string_view shape, const std::string& tail) {
  return BinaryAnswer(BinaryOutput("p", dtype, shape, tail.size()), tail);
}

}  // namespace understudy
