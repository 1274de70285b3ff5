// JSON text out of YAML values and plain strings.
#pragma once

#include <string>
#include <string_view>

#include "proxy/control/config_yaml.h"

namespace understudy {

// `text`, which is UTF-8, as a JSON string in quotes.
std::string JsonString(std::string_view text);

// Whether `text` is a number by the JSON grammar (RFC 8259).
bool IsJsonNumber(std::string_view text);

// The value as compact JSON, keys in the file's order. Plain null, true, false and JSON numbers
// keep their type and their digits; every other scalar is a string.
std::string JsonOf(const YamlNode& node);

}  // namespace understudy
