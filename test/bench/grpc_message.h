// The bodies of gRPC calls: one message, behind its length.
//
// Threads: pure functions.
#pragma once

#include <string>

namespace understudy::bench {

inline std::string GrpcMessage(const std::string& bytes) {
  std::string message(1, '\0');
  for (const int shift : {24, 16, 8, 0}) {
    message += static_cast<char>(bytes.size() >> shift & 0xff);
  }
  return message + bytes;
}

}  // namespace understudy::bench
