// Finding header fields.
#include "comparators/answer_header.h"

#include <algorithm>

namespace understudy {

bool SameHeaderName(std::string_view name, std::string_view lower) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return name.size() == lower.size() && std::equal(name.begin(), name.end(), lower.begin(),
                                                   [&](char x, char y) { return fold(x) == y; });
}

std::string HeaderValue(std::span<const AnswerHeader> headers, std::string_view name) {
  std::string value;
  bool first = true;
  for (const AnswerHeader& header : headers) {
    if (!SameHeaderName(header.name, name)) continue;
    if (!first) value += ", ";
    value += header.value;
    first = false;
  }
  return value;
}

std::string_view HeaderValue(std::span<const AnswerHeader> headers, std::string_view name,
                             std::string& joined) {
  const AnswerHeader* only = nullptr;
  for (const AnswerHeader& header : headers) {
    if (!SameHeaderName(header.name, name)) continue;
    if (only != nullptr) return joined = HeaderValue(headers, name);
    only = &header;
  }
  return only == nullptr ? std::string_view() : only->value;
}

bool SameHeaderValues(std::span<const AnswerHeader> a, std::span<const AnswerHeader> b,
                      std::string_view name) {
  const auto next = [name](std::span<const AnswerHeader>& rest) -> const AnswerHeader* {
    while (!rest.empty()) {
      const AnswerHeader& header = rest.front();
      rest = rest.subspan(1);
      if (SameHeaderName(header.name, name)) return &header;
    }
    return nullptr;
  };
  while (true) {
    const AnswerHeader* one = next(a);
    const AnswerHeader* other = next(b);
    if (one == nullptr || other == nullptr) return one == other;
    if (one->value != other->value) return false;
  }
}

}  // namespace understudy
