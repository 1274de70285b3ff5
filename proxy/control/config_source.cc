// Places by path.
#include "proxy/control/config_source.h"

#include <utility>

namespace understudy {

ConfigPlace ConfigSource::PlaceOf(std::string path) const {
  for (;;) {
    if (const auto at = places_.find(path); at != places_.end()) return at->second;
    if (path.empty()) return {};
    const std::size_t cut = path.find_last_of(".[");
    path.resize(cut == std::string::npos ? 0 : cut);
  }
}

bool ConfigSource::IsFaultyWithin(const std::string& path) const {
  if (IsFaulty(path)) return true;
  for (const char* separator : {".", "["}) {
    const auto at = faulty_.lower_bound(path + separator);
    if (at != faulty_.end() && at->rfind(path + separator, 0) == 0) return true;
  }
  return false;
}

void ConfigSource::AddFault(ConfigFaults& faults, const std::string& path, std::string message) {
  if (!faulty_.insert(path).second) return;
  faults.Add(PlaceOf(path), std::move(message));
}

void ConfigSource::AddFaultAtKey(ConfigFaults& faults, const std::string& path,
                                 std::string message) {
  const auto key = keys_.find(path);
  if (!faulty_.insert(path).second) return;
  faults.Add(key == keys_.end() ? PlaceOf(path) : key->second, std::move(message));
}

}  // namespace understudy
