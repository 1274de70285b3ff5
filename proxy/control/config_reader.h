// Reads a YAML tree into the messages of config.proto by reflection: whatever the proto says about
// a key - its format, range, default, whether it is needed - is what the reader enforces.
#pragma once

#include "proxy/control/config_fault.h"
#include "proxy/control/config_source.h"
#include "proxy/control/config_yaml.h"

namespace understudy {

inline constexpr int kMostConfigItems = 1000;  // of one list or mapping

// Everything that one key can tell by itself is checked here; what keys mean to each other is
// config_rules.h's. Faulty values are left out of the messages.
ConfigSource ReadConfig(const YamlNode& root, ConfigFaults& faults);

}  // namespace understudy
