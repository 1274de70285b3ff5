// The shared libraries of this process: each is loaded once, and one whose file changed since then
// is refused, as the old code would go on running.
//
// Threads: safe on any thread. Loading takes turns and may take long, as it runs code of the
// library; Find() never waits for it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "comparators/library_file.h"
#include "comparators/registry.h"

namespace understudy {

class PluginLibraries {
 public:
  // The comparator of a library, by its absolute path; loads it the first time. Errors as
  // Plugin::Load(); FailedPrecondition when the file is no longer the one that was loaded.
  absl::StatusOr<std::shared_ptr<const ComparatorKind>> Load(const std::string& path);
  // The same without loading: NotFound when it was not loaded before.
  absl::StatusOr<std::shared_ptr<const ComparatorKind>> Find(const std::string& path) const;

 private:
  struct Known {
    FileIdentity identity;
    std::shared_ptr<const ComparatorKind> kind;  // null: it was no comparator
  };
  std::optional<Known> Look(const std::string& path) const;
  void Keep(const std::string& path, Known known);

  std::mutex loading_;                  // held by whoever loads
  mutable std::mutex mutex_;            // guards what follows
  std::map<std::string, Known> known_;  // by path as configured
};

}  // namespace understudy
