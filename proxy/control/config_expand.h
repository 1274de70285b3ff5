// ${VAR}, ${VAR:-default} and ${file:PATH} in the scalars of a parsed file. "$${" stands for "${".
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "proxy/control/config_yaml.h"

namespace understudy {

// Where expansions come from. Implementations are called on the thread that loads.
class ConfigEnvironment {
 public:
  virtual ~ConfigEnvironment() = default;
  virtual std::optional<std::string> Variable(const std::string& name) const = 0;
  // The file's bytes; an error says why not, without the path. At most `most` bytes.
  virtual absl::StatusOr<std::string> File(const std::string& path, std::size_t most) const = 0;
  virtual bool OpenToAll(const std::string& path) const = 0;  // everybody may read it
  // Whether the files that a configuration names are looked at, too.
  virtual bool LooksAtFiles() const { return true; }
  // Why nothing is looked up, not even defaults; empty where it is.
  virtual std::string WhyClosed() const { return ""; }
};

// The process's own variables and files.
class ProcessEnvironment : public ConfigEnvironment {
 public:
  std::optional<std::string> Variable(const std::string& name) const override;
  absl::StatusOr<std::string> File(const std::string& path, std::size_t most) const override;
  bool OpenToAll(const std::string& path) const override;
};

// Of who reads a file and does not run it: its certificates lie elsewhere.
class OfflineEnvironment final : public ProcessEnvironment {
 public:
  bool LooksAtFiles() const override { return false; }
};

// Nothing comes from outside, and every ${...} is a fault.
class ClosedEnvironment final : public ConfigEnvironment {
 public:
  explicit ClosedEnvironment(std::string why) : why_(std::move(why)) {}
  std::optional<std::string> Variable(const std::string&) const override { return std::nullopt; }
  absl::StatusOr<std::string> File(const std::string&, std::size_t) const override {
    return absl::PermissionDeniedError(why_);
  }
  bool OpenToAll(const std::string&) const override { return false; }
  bool LooksAtFiles() const override { return false; }
  std::string WhyClosed() const override { return why_; }

 private:
  const std::string why_;
};

inline constexpr std::size_t kMostExpandedFileBytes = 64u << 10;

// Expands every scalar below `node`, keys excepted. One trailing line end of a file is cut. A value
// that came from outside is marked `expanded`, so that no fault shows it.
void Expand(YamlNode& node, const ConfigEnvironment& environment, ConfigFaults& faults);

}  // namespace understudy
