// A parameter of requests of the Open Inference Protocol over gRPC, found without a descriptor and
// without reading tensors: parameters stand before them, as writers of Protobuf put fields in the
// order of their numbers.
//
// Threads: one object belongs to one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

// Looks through the framed messages of a request's payload, which comes in pieces. Of each message
// the first 16 KiB are looked at; compressed ones are not.
class InferParameterSearch {
 public:
  explicit InferParameterSearch(std::string_view key) : key_(key) {}

  void Add(std::string_view payload);
  // Of a message that is not whole yet, too. Call it when all is there.
  bool Found();

 private:
  void EndMessage();

  const std::string key_;
  bool found_ = false;
  std::array<char, 5> prefix_{};
  std::size_t prefix_size_ = 0;
  std::uint64_t left_ = 0;  // of the message
  std::string beginning_;   // of it
};

// Whether a ModelInferRequest, of which the beginning is enough, has `key` among its `parameters`
// with a value other than false, 0 and the empty text.
bool HasInferParameter(std::string_view message, std::string_view key);

}  // namespace understudy
