// What the configuration tests share: a build's comparators, a made-up environment, and loading.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/base/status.h"
#include "proxy/control/config_loader.h"

namespace understudy {

inline KnownComparators TestComparators() {
  return {{"status", "exact", "json", "tensors", "top1"},
          {{"oip-v2", {"status", "values", "top1"}, "top1", "top1"},
           {"generic-json", {"status", "json"}, "json", "json"},
           {"", {"status", "exact"}, "exact", "exact"}},
          {}};
}

class FakeEnvironment final : public ConfigEnvironment {
 public:
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  std::set<std::string> open_to_all;

  std::optional<std::string> Variable(const std::string& name) const override {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  }
  absl::StatusOr<std::string> File(const std::string& path, std::size_t most) const override {
    const auto at = files.find(path);
    if (at == files.end()) return InvalidArgument("No such file or directory");
    if (at->second.size() > most) return InvalidArgument("it is too large");
    return at->second;
  }
  bool OpenToAll(const std::string& path) const override { return open_to_all.count(path) > 0; }
};

inline ConfigResult Load(std::string_view text,
                         const ConfigEnvironment& environment = FakeEnvironment()) {
  return LoadConfig(text, "f.yaml", TestComparators(), environment);
}

inline std::vector<std::string> Lines(const ConfigResult& result) {
  std::vector<std::string> lines;
  for (const ConfigFault& fault : result.faults) lines.push_back(fault.ToString());
  return lines;
}

// `text` with the first `from` replaced; a test that no longer finds it must not pass by accident.
inline std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the text: " + std::string(from));
  return text.replace(at, from.size(), to);
}

}  // namespace understudy
