// A shared library that is a comparator (comparators/abi.h), loaded and looked over: whatever is
// wrong with it is a status that says what and what to do.
//
// Threads: immutable once loaded, safe on any thread.
// Ownership: a library that is a comparator stays loaded to the end of the process, as there is no
// telling when the last of its code has run; what is built from it needs nothing of this object.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/abi.h"
#include "comparators/library_file.h"
#include "comparators/registry.h"

namespace understudy {

class Plugin final : public ComparatorKind {
 public:
  // Checks the file, loads it (running its code) and checks its table. `path` is as configured; a
  // relative one is InvalidArgument. Other errors are FailedPrecondition or NotFound. A library
  // that is no comparator is unloaded again, as far as it lets itself be.
  static absl::StatusOr<std::shared_ptr<const Plugin>> Load(const std::string& path);

  const ComparatorDescription& Describe() const override { return description_; }
  absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const override;
  std::vector<OptionFault> OptionFaults(std::string_view options_json) const override;

  const FileIdentity& identity() const { return identity_; }

 private:
  Plugin(const std::string& path, const FileIdentity& identity, const understudy_comparator& table);
  absl::StatusOr<BuiltComparator> Open(std::string_view options_json,
                                       std::vector<OptionFault>& faults) const;

  const understudy_comparator& table_;
  const FileIdentity identity_;
  const std::string name_;
  const std::string summary_;
  const std::string origin_;
  std::vector<std::string> texts_;  // of the options, four of each
  std::vector<OptionDoc> options_;
  ComparatorDescription description_;
};

// Whether a table can be used: InvalidArgument says what is wrong with it, as in "has no name".
absl::Status CheckPluginTable(const understudy_comparator* table);

}  // namespace understudy
