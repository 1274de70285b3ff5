// Answers whose comparison is measured: pairs of bodies of a given size. The same every time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace understudy::bench {

struct BodyPair {
  std::string baseline;
  std::string candidate;
  // Of answers with binary tensors: how many bytes of each are JSON; else empty.
  std::string baseline_json_length;
  std::string candidate_json_length;
};

// How the candidate's body comes from the incumbent's.
enum class Variant {
  kEqualBytes,
  kEqualValues,  // a space more, where it means nothing
  kDifferent,    // one value in ten is another, in texts one word in ten
};
inline constexpr Variant kVariants[] = {Variant::kEqualBytes, Variant::kEqualValues,
                                        Variant::kDifferent};
std::string_view NameOf(Variant variant);

// Makes bodies of about `bytes`; `rows` of ten numbers, objects or words.
using MakeBodies = BodyPair (*)(std::size_t bytes, Variant variant);

BodyPair JsonTensor(std::size_t bytes, Variant variant);    // one FP32 output of rows of ten
BodyPair BinaryTensor(std::size_t bytes, Variant variant);  // the same in binary
BodyPair Records(std::size_t bytes, Variant variant);       // a list of objects
BodyPair Prose(std::size_t bytes, Variant variant);         // words, no JSON
BodyPair Ranking(std::size_t bytes, Variant variant);       // results of a reranker
BodyPair Boxes(std::size_t bytes, Variant variant);         // detected objects
BodyPair ToolCalls(std::size_t bytes, Variant variant);     // a chat completion that calls tools

}  // namespace understudy::bench
