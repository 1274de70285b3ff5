// Loads each library once.
#include "proxy/offline/registry_with.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "comparators/judge/judge_kind.h"
#include "comparators/plugin_libraries.h"
#include "proxy/base/status.h"

namespace understudy {

absl::StatusOr<std::shared_ptr<const ComparatorRegistry>> RegistryWith(
    const std::vector<std::string>& libraries) {
  static PluginLibraries loaded;  // a library is never unloaded
  auto registry = std::make_shared<ComparatorRegistry>();
  RETURN_IF_ERROR(registry->Add(std::make_shared<JudgeKind>(std::make_shared<HttpClient>(),
                                                            std::make_shared<JudgeKind::Services>(),
                                                            /*reads_files=*/true)));
  for (const std::string& library : libraries) {
    std::error_code error;
    const std::string path = std::filesystem::absolute(library, error).string();
    if (error) return InvalidArgument(fmt::format("the library \"{}\" has no path", library));
    ASSIGN_OR_RETURN(const std::shared_ptr<const ComparatorKind> kind, loaded.Load(path));
    if (const absl::Status added = registry->Add(kind); !added.ok()) {
      return InvalidArgument(
          fmt::format("the library \"{}\" cannot be used: {}", path, Message(added)));
    }
  }
  return std::shared_ptr<const ComparatorRegistry>(std::move(registry));
}

}  // namespace understudy
