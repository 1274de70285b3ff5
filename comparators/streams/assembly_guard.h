// What the parts of one assembly share: its first fault, and what it has used of its bounds.
//
// Threads: one.
// Invariant: once there is a fault it stays; what is taken after it means nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace understudy {

enum class AssemblyBound {
  kText,     // bytes of text that are put together or kept: 64 MiB
  kMembers,  // members of objects that are kept as they are: 65,536
  kChoices,  // 1,024
  kParts,    // tool calls, content blocks, output items and their parts: 1,024
};

class AssemblyGuard {
 public:
  bool ok() const { return fault_.ok(); }
  const absl::Status& fault() const { return fault_; }

  // InvalidArgument: the event has not the shape its protocol says.
  void Refuse(std::string_view what);
  // ResourceExhausted once more than the bound has been used.
  void Use(AssemblyBound bound, std::uint64_t amount = 1);

 private:
  std::array<std::uint64_t, 4> used_{};
  absl::Status fault_;
};

}  // namespace understudy
