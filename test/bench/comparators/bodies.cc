// Making bodies.
#include "test/bench/comparators/bodies.h"

#include <cstdint>
#include <cstring>
#include <functional>

#include "fmt/format.h"

namespace understudy::bench {
namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kEvery = 10;  // one of how many is another

// A small generator: the bodies are the same on every machine.
class Numbers {
 public:
  std::uint32_t Next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 33);
  }
  double Share() { return static_cast<double>(Next()) / 0x1p31; }

 private:
  std::uint64_t state_ = 1;
};

bool Changed(std::size_t i, Variant variant) {
  return variant == Variant::kDifferent && i % kEvery == kEvery / 2;
}

// `head`, as many items as fit with commas between them, and `tail`.
std::string ListOf(std::size_t bytes, Variant variant, std::string_view head, std::string_view tail,
                   const std::function<std::string(std::size_t, bool)>& item) {
  std::string body(head);
  for (std::size_t i = 0; body.size() + tail.size() < bytes || i == 0; ++i) {
    if (i > 0) body += ',';
    body += item(i, Changed(i, variant));
  }
  body += tail;
  if (variant == Variant::kEqualValues) body += ' ';
  return body;
}

BodyPair Pair(const std::function<std::string(Variant)>& make, Variant variant) {
  return {make(Variant::kEqualBytes), make(variant), "", ""};
}

std::string Tensor(std::size_t values, Variant variant) {
  Numbers numbers;
  std::string body =
      fmt::format(R"({{"outputs":[{{"name":"p","datatype":"FP32","shape":[{},{}],"data":[)",
                  values / kColumns, kColumns);
  for (std::size_t i = 0; i < values; ++i) {
    const auto value = static_cast<float>(numbers.Share());
    fmt::format_to(std::back_inserter(body), "{}{}", i > 0 ? "," : "",
                   Changed(i, variant) ? value * 0.5f : value);
  }
  body += "]}]}";
  if (variant == Variant::kEqualValues) body += ' ';
  return body;
}

std::string Binary(std::size_t values, Variant variant, std::string& json_length) {
  Numbers numbers;
  std::string body = fmt::format(R"({{"outputs":[{{"name":"p","datatype":"FP32","shape":[{},{}],)"
                                 R"("parameters":{{"binary_data_size":{}}}}}]}})",
                                 values / kColumns, kColumns, values * sizeof(float));
  if (variant == Variant::kEqualValues) body += ' ';
  json_length = std::to_string(body.size());
  for (std::size_t i = 0; i < values; ++i) {
    auto value = static_cast<float>(numbers.Share());
    if (Changed(i, variant)) value *= 0.5f;
    char element[sizeof value];
    std::memcpy(element, &value, sizeof value);
    body.append(element, sizeof value);
  }
  return body;
}

std::size_t WholeRows(std::size_t values) {
  return values < kColumns ? kColumns : values / kColumns * kColumns;
}

}  // namespace

std::string_view NameOf(Variant variant) {
  switch (variant) {
    case Variant::kEqualBytes:
      return "equal bytes";
    case Variant::kEqualValues:
      return "equal values";
    case Variant::kDifferent:
      return "different";
  }
  return "";
}

BodyPair JsonTensor(std::size_t bytes, Variant variant) {
  constexpr std::size_t kBytesOfNumber = 11;
  const std::size_t values = WholeRows(bytes / kBytesOfNumber);
  return Pair([&](Variant one) { return Tensor(values, one); }, variant);
}

BodyPair BinaryTensor(std::size_t bytes, Variant variant) {
  const std::size_t values = WholeRows(bytes / sizeof(float));
  BodyPair pair;
  pair.baseline = Binary(values, Variant::kEqualBytes, pair.baseline_json_length);
  pair.candidate = Binary(values, variant, pair.candidate_json_length);
  return pair;
}

BodyPair Records(std::size_t bytes, Variant variant) {
  return Pair(
      [bytes](Variant one) {
        Numbers numbers;
        return ListOf(bytes, one, R"({"items":[)", "]}", [&](std::size_t i, bool changed) {
          return fmt::format(R"({{"id":{},"name":"item {}","score":{:.6f},"tags":["a","b"],)"
                             R"("seen":{}}})",
                             i, numbers.Next() % 1000, numbers.Share(), !changed);
        });
      },
      variant);
}

BodyPair Prose(std::size_t bytes, Variant variant) {
  static constexpr const char* kWords[] = {"the",   "model",   "answers", "with",  "a",   "longer",
                                           "text",  "of",      "several", "words", "and", "numbers",
                                           "which", "differs", "here",    "there"};
  return Pair(
      [bytes](Variant one) {
        Numbers numbers;
        std::string text;
        for (std::size_t i = 0; text.size() < bytes; ++i) {
          text += kWords[numbers.Next() % std::size(kWords)];
          text += Changed(i, one) ? "ish " : " ";
        }
        if (one == Variant::kEqualValues) text += ' ';
        return text;
      },
      variant);
}

BodyPair Ranking(std::size_t bytes, Variant variant) {
  return Pair(
      [bytes](Variant one) {
        Numbers numbers;
        return ListOf(bytes, one, R"({"results":[)", "]}", [&](std::size_t i, bool changed) {
          return fmt::format(R"({{"index":{},"relevance_score":{:.6f}}})", i,
                             numbers.Share() * (changed ? 0.5 : 1));
        });
      },
      variant);
}

BodyPair Boxes(std::size_t bytes, Variant variant) {
  return Pair(
      [bytes](Variant one) {
        Numbers numbers;
        return ListOf(bytes, one, R"({"predictions":[)", "]}", [&](std::size_t, bool changed) {
          const double x = numbers.Share() * 1000;
          const double y = numbers.Share() * 1000;
          return fmt::format(
              R"({{"label":"cat","score":{:.3f},"box":[{:.2f},{:.2f},{:.2f},{:.2f}]}})",
              numbers.Share(), x, y, x + (changed ? 90 : 20), y + 20);
        });
      },
      variant);
}

BodyPair ToolCalls(std::size_t bytes, Variant variant) {
  return Pair(
      [bytes](Variant one) {
        Numbers numbers;
        return ListOf(bytes, one, R"({"choices":[{"message":{"tool_calls":[)", "]}}]}",
                      [&](std::size_t i, bool changed) {
                        return fmt::format(R"({{"function":{{"name":"get","arguments":)"
                                           R"("{{\"id\":{},\"limit\":{}}}"}}}})",
                                           i, numbers.Next() % 100 + (changed ? 100 : 0));
                      });
      },
      variant);
}

}  // namespace understudy::bench
