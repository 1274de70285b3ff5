// What is special about ModelStreamInfer: two forms of answers, answers to several requests on one
// stream, and an end marker.
//
// Threads: pure functions. Ownership: views into the messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy {

struct InferStream {
  std::vector<std::string_view> answers;  // ModelInferResponse, in the order to compare them
  std::string failure;                    // of the first error that is told; empty: none
};

// `messages` are parts of `text`; `request_ids` as in CallReading.
InferStream ReadInferStream(std::string_view text, const std::vector<std::string_view>& messages,
                            const std::vector<std::string>& request_ids);

// The field `id` of ModelInferRequest and ModelInferResponse; empty when there is none.
std::string_view InferIdOf(std::string_view text, std::string_view message);

}  // namespace understudy
