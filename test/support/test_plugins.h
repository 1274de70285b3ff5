// The shared libraries of test/conformance/comparators/plugins, where they may be loaded from: in a
// folder nobody else may write, whatever the rights of the build's folders are.
#pragma once

#include <filesystem>
#include <string>

#include "test/support/temporary_directory.h"

namespace understudy {

// A copy of a library at `path`, which only its owner may write.
inline void CopyPlugin(const std::string& name, const std::string& path) {
  using std::filesystem::copy_options;
  std::filesystem::copy_file(UNDERSTUDY_PLUGINS "/" + name + ".so", path,
                             copy_options::overwrite_existing);
  std::filesystem::permissions(path, std::filesystem::perms{0755});
}

// The path of such a copy, one for each name and process.
inline std::string PluginPath(const std::string& name) {
  static const TemporaryDirectory folder;
  const std::string path = folder.File(name + ".so");
  if (!std::filesystem::exists(path)) CopyPlugin(name, path);
  return path;
}

}  // namespace understudy
