// Questions about a mapping of a file, which tell the kinds of files apart. Pure.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "proxy/control/config_yaml.h"

namespace understudy {

inline bool HasAny(const YamlNode& node, std::initializer_list<std::string_view> keys) {
  return std::any_of(node.entries.begin(), node.entries.end(), [&](const YamlEntry& entry) {
    return std::find(keys.begin(), keys.end(), entry.key) != keys.end();
  });
}

}  // namespace understudy
