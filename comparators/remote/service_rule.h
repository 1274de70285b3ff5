// What a configuration says of one comparator service.
//
// Threads: a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace understudy {

struct ServiceRule {
  std::string name;                                             // what `use` says
  std::string address;                                          // host:port
  std::chrono::nanoseconds deadline = std::chrono::seconds(2);  // of one pair
  std::size_t max_in_flight = 64;                               // pairs at once

  bool operator==(const ServiceRule&) const = default;
};

}  // namespace understudy
