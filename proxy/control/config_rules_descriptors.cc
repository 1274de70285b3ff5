// Descriptor sets: files that cannot be read, and what their reader finds wrong with them.
#include <fmt/format.h>

#include <utility>

#include "proxy/base/status.h"
#include "proxy/control/config_rules.h"

namespace understudy {
namespace {

constexpr std::size_t kMostFiles = 32;
constexpr std::size_t kMostBytes = 16u << 20;  // of one
constexpr const char* kKey = "descriptor_sets";

std::string PathOf(std::size_t file) { return fmt::format("{}[{}]", kKey, file); }

}  // namespace

void ReadDescriptorSets(Topology& topology, ConfigSource& source, ConfigFaults& faults,
                        const KnownComparators& known, const ConfigEnvironment& environment) {
  std::vector<DescriptorFile>& files = topology.descriptor_sets;
  if (files.size() > kMostFiles) {
    source.AddFault(
        faults, kKey,
        fmt::format("'{}' has {} items; at most {} are allowed", kKey, files.size(), kMostFiles));
  }
  if (files.empty() || !environment.LooksAtFiles() || source.IsFaultyWithin(kKey)) return;
  bool whole = true;
  for (std::size_t i = 0; i < files.size(); ++i) {
    absl::StatusOr<std::string> bytes = environment.File(files[i].path, kMostBytes);
    if (bytes.ok()) {
      files[i].bytes = *std::move(bytes);
      continue;
    }
    whole = false;
    source.AddFault(faults, PathOf(i),
                    fmt::format("the descriptor set \"{}\" cannot be read: {}", files[i].path,
                                Message(bytes.status())));
  }
  if (!whole || !known.check_descriptors) return;
  for (const DescriptorFault& fault : known.check_descriptors(files)) {
    source.AddFault(faults, PathOf(fault.file), fault.message);
  }
}

}  // namespace understudy
