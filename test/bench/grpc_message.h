// The bodies of gRPC calls: one message of the Open Inference Protocol, behind its length.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>

namespace understudy::bench {

// A ModelInferRequest or ModelInferResponse whose id is this text.
inline std::string GrpcMessage(const std::string& text) {
  std::string field(1, '\x1a');
  std::size_t rest = text.size();
  for (; rest >= 0x80; rest >>= 7) field += static_cast<char>((rest & 0x7f) | 0x80);
  field += static_cast<char>(rest);
  const std::size_t size = field.size() + text.size();
  std::string message(1, '\0');
  for (const int shift : {24, 16, 8, 0}) message += static_cast<char>(size >> shift & 0xff);
  return message + field + text;
}

}  // namespace understudy::bench
