// One value of a file: checked against its field's rule, and stored by reflection.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <utility>

#include "proxy/control/config_fault.h"
#include "proxy/control/config_source.h"
#include "proxy/control/config_yaml.h"

namespace understudy {

// Borrows both; whatever is wrong goes to `faults`, once for each path.
class ConfigValues {
 public:
  ConfigValues(ConfigSource& source, ConfigFaults& faults) : source_(source), faults_(faults) {}

  // Stores the value of a singular field that is no message. False after a fault.
  bool Set(const YamlNode& node, google::protobuf::Message& into,
           const google::protobuf::FieldDescriptor& field, const std::string& path);

  // The text to store for a string field, an item of a list or a value of a mapping; its range is
  // not looked at. Nothing after a fault.
  std::optional<std::string> Text(const YamlNode& node,
                                  const google::protobuf::FieldDescriptor& field,
                                  const std::string& path);

 private:
  void Fault(const std::string& path, ConfigPlace place, std::string message) {
    source_.MarkFaulty(path);
    faults_.Add(place, std::move(message));
  }
  bool SetNumber(const YamlNode& node, google::protobuf::Message& into,
                 const google::protobuf::FieldDescriptor& field, const std::string& path);
  bool InRange(const YamlNode& node, const google::protobuf::FieldDescriptor& field,
               const std::string& path);

  ConfigSource& source_;
  ConfigFaults& faults_;
};

}  // namespace understudy
