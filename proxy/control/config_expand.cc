// Expansion, bounded: what comes from outside adds at most kMostConfigBytes to a file.
#include "proxy/control/config_expand.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "proxy/base/status.h"

namespace understudy {
namespace {

bool IsVariableName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

class Expansion {
 public:
  Expansion(const ConfigEnvironment& environment, ConfigFaults& faults)
      : environment_(environment), faults_(faults) {}

  void Walk(YamlNode& node) {
    if (node.kind == YamlNode::Kind::kScalar) ExpandScalar(node);
    for (YamlNode& item : node.items) Walk(item);
    for (YamlEntry& entry : node.entries) Walk(entry.value);
  }

 private:
  void ExpandScalar(YamlNode& node) {
    const std::string& in = node.written;
    if (in.find("${") == std::string::npos) return;
    node.faulty = true;  // until its value is whole
    std::string out;
    for (std::size_t i = 0; i < in.size();) {
      if (in.compare(i, 3, "$${") == 0) {
        out += "${";
        i += 3;
      } else if (in.compare(i, 2, "${") == 0) {
        const std::size_t end = in.find('}', i);
        if (end == std::string::npos) {
          faults_.Add(node.place, "'${' has no '}'; write '$${' for the characters themselves");
          return;
        }
        const std::optional<std::string> value = Value(in.substr(i + 2, end - i - 2), node.place);
        if (!value) return;
        out += *value;
        node.expanded = true;
        i = end + 1;
      } else {
        out += in[i++];
      }
    }
    node.text = std::move(out);
    node.faulty = false;
    if (node.expanded) faults_.Conceal(node.text, node.written);
  }

  // The value of what stands between the braces; nothing after a fault.
  std::optional<std::string> Value(const std::string& inner, ConfigPlace place) {
    constexpr std::string_view kFile = "file:";
    if (const std::string why = environment_.WhyClosed(); !why.empty()) {
      faults_.Add(place, fmt::format("{} is not looked up: {}", Quoted("${" + inner + "}"), why));
      return std::nullopt;
    }
    std::optional<std::string> value;
    if (inner.compare(0, kFile.size(), kFile) == 0) {
      value = FileValue(inner.substr(kFile.size()), place);
    } else {
      value = VariableValue(inner, place);
    }
    if (!value) return std::nullopt;
    if (const DirtyByte dirty = FindDirtyByte(*value); dirty.offset != std::string_view::npos) {
      faults_.Add(place, fmt::format("the value of {} is not text: it holds a {}",
                                     Quoted("${" + inner + "}"), dirty.what));
      return std::nullopt;
    }
    added_ += value->size();
    if (added_ > kMostConfigBytes) {
      faults_.Add(place,
                  fmt::format("expansions add more than {} bytes to the file", kMostConfigBytes));
      return std::nullopt;
    }
    return value;
  }

  std::optional<std::string> VariableValue(const std::string& inner, ConfigPlace place) {
    const std::size_t dash = inner.find(":-");
    const std::string name = inner.substr(0, dash);
    if (!IsVariableName(name)) {
      faults_.Add(place, fmt::format("{} is no variable's name; write ${{VAR}}, ${{VAR:-default}} "
                                     "or ${{file:PATH}}",
                                     Quoted(name)));
      return std::nullopt;
    }
    std::optional<std::string> value = environment_.Variable(name);
    if (dash != std::string::npos && (!value || value->empty())) return inner.substr(dash + 2);
    if (!value) {
      faults_.Add(place, fmt::format("the environment variable {0} is not set; set it or write "
                                     "${{{0}:-default}}",
                                     name));
    }
    return value;
  }

  std::optional<std::string> FileValue(const std::string& path, ConfigPlace place) {
    absl::StatusOr<std::string> read = environment_.File(path, kMostExpandedFileBytes);
    if (!read.ok()) {
      faults_.Add(place, fmt::format("the file {} cannot be read: {}", Quoted(path),
                                     Message(read.status())));
      return std::nullopt;
    }
    std::string value = *std::move(read);
    if (!value.empty() && value.back() == '\n') value.pop_back();
    if (!value.empty() && value.back() == '\r') value.pop_back();
    return value;
  }

  const ConfigEnvironment& environment_;
  ConfigFaults& faults_;
  std::size_t added_ = 0;
};

}  // namespace

std::optional<std::string> ProcessEnvironment::Variable(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

bool ProcessEnvironment::OpenToAll(const std::string& path) const {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

absl::StatusOr<std::string> ProcessEnvironment::File(const std::string& path,
                                                     std::size_t most) const {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return InvalidArgument(std::strerror(errno));
  // A pipe or a device could block for ever or never end.
  if (!S_ISREG(info.st_mode)) return InvalidArgument("it is not a regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return InvalidArgument(std::strerror(errno));
  std::string bytes(most + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > most) {
    return InvalidArgument(fmt::format("it has more than {} bytes", most));
  }
  return bytes;
}

void Expand(YamlNode& node, const ConfigEnvironment& environment, ConfigFaults& faults) {
  Expansion(environment, faults).Walk(node);
}

}  // namespace understudy
