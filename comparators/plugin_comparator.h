// A comparator whose code is in a shared library: the contract of comparator.h told in the words of
// abi.h, with everything the library says held to its bounds.
//
// Threads: immutable once built, safe on any thread as far as the library keeps to abi.h.
// Ownership: the handle is this object's and closed with it; the table is the library's, which is
// never unloaded.
#pragma once

#include "comparators/abi.h"
#include "comparators/comparator.h"

namespace understudy {

class PluginComparator final : public Comparator {
 public:
  // `handle` was given by table.open().
  PluginComparator(const understudy_comparator& table, void* handle)
      : table_(table), handle_(handle) {}
  ~PluginComparator() override { table_.close(handle_); }
  PluginComparator(const PluginComparator&) = delete;
  PluginComparator& operator=(const PluginComparator&) = delete;

  // Errors by what the library says: Unimplemented, DataLoss (a body that is not of its format),
  // InvalidArgument (no JSON), ResourceExhausted; Internal when it failed or said nothing.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  const understudy_comparator& table_;
  void* const handle_;
};

}  // namespace understudy
