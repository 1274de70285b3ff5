// JSON as YAML in block style, for `-o yaml`. Pure.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

// `json` is one document as protobuf writes it. Keys keep their order; strings that YAML could
// read as something else stay in double quotes, whose escapes YAML shares with JSON. Text that is
// not JSON is returned unchanged.
std::string YamlFromJson(std::string_view json);

}  // namespace understudy
