// The file as a tree of YAML values with places. Strict: duplicate keys, anchors, aliases, tags and
// further documents are faults. Bounded in bytes, depth and number of values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/control/config_fault.h"

namespace understudy {

inline constexpr std::size_t kMostConfigBytes = 1u << 20;
inline constexpr int kMostConfigDepth = 24;
inline constexpr std::size_t kMostConfigValues = 50'000;

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  ConfigPlace place;
  bool quoted = false;    // a scalar in quotes or a block scalar: never a number or a boolean
  bool faulty = false;    // an alias, or text that could not be expanded: it has its fault already
  bool expanded = false;  // `text` holds values from outside the file; show `written` instead
  std::string text;       // of a scalar
  std::string written;    // the scalar as the file has it
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  // in the file's order, keys unique

  // "a list", "a mapping", "nothing", or the quoted text as written.
  std::string Shown() const;
};

struct YamlEntry {
  std::string key;
  ConfigPlace place;
  YamlNode value;
};

// The tree of `text`; what is wrong goes to `faults`. After a syntax error the tree is a null node.
YamlNode ParseYaml(std::string_view text, ConfigFaults& faults);

// The place of the first byte that is no UTF-8 or a control character other than tab and line ends,
// and what it is; npos when the text is clean.
struct DirtyByte {
  std::size_t offset = std::string_view::npos;
  std::string what;
};
DirtyByte FindDirtyByte(std::string_view text);

}  // namespace understudy
