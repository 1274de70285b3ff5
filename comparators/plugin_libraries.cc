// Loading once, and noticing what changed.
#include "comparators/plugin_libraries.h"

#include <dlfcn.h>

#include <utility>

#include "comparators/plugin.h"
#include "fmt/format.h"

namespace understudy {
namespace {

absl::Status Changed(const std::string& path) {
  return absl::FailedPreconditionError(
      fmt::format("the library \"{}\" has changed since this process loaded it, and a library "
                  "cannot be unloaded; restart to have the new one",
                  path));
}

// Whether the process still has a library of that path.
bool IsInMemory(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return false;
  dlclose(library);
  return true;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ComparatorKind>> PluginLibraries::Load(
    const std::string& path) {
  std::lock_guard turn(loading_);
  const auto file = FindLibraryFile(path);
  if (const std::optional<Known> known = Look(path)) {
    if (!file.ok()) return file.status();
    if (file->identity != known->identity) return Changed(path);
    if (known->kind != nullptr) return known->kind;
  }
  const auto plugin = Plugin::Load(path);
  if (plugin.ok()) {
    Keep(path, {(*plugin)->identity(), *plugin});
    return *plugin;
  }
  // Some libraries cannot be unloaded; a better one at this path would then not be seen.
  if (file.ok() && IsInMemory(file->path)) Keep(path, {file->identity, nullptr});
  return plugin.status();
}

absl::StatusOr<std::shared_ptr<const ComparatorKind>> PluginLibraries::Find(
    const std::string& path) const {
  const std::optional<Known> known = Look(path);
  if (known && known->kind != nullptr) return known->kind;
  return absl::NotFoundError(fmt::format("the library \"{}\" is not loaded", path));
}

std::optional<PluginLibraries::Known> PluginLibraries::Look(const std::string& path) const {
  std::lock_guard lock(mutex_);
  const auto at = known_.find(path);
  return at == known_.end() ? std::nullopt : std::optional(at->second);
}

void PluginLibraries::Keep(const std::string& path, Known known) {
  std::lock_guard lock(mutex_);
  known_[path] = std::move(known);
}

}  // namespace understudy
