// The texts that travel: requests and answers of the Open Inference Protocol with an exact number
// of bytes, and server-sent events as a language model streams them. The same arguments give the
// same text in every process, so that each end can check what the other sent.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

namespace understudy::bench {

// Bodies have at least about 200 bytes; fewer are not asked for, but for a request without a body.
std::string RequestBody(std::size_t bytes);
// Two answers of one size differ in the label and in one score.
std::string AnswerBody(std::size_t bytes, bool differing);
// All events of a stream have the same number of bytes.
std::string StreamEvent(std::size_t index);

}  // namespace understudy::bench
