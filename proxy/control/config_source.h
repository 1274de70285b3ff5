// A file that has been read into its messages, with the place of every value, so that rules checked
// later can say where.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proxy/control/config_fault.h"
#include "understudy/v1/config.pb.h"

namespace understudy {

// Values are named by path: "routes[0].candidates[1].mirror.rate"; "" is the file.
class ConfigSource {
 public:
  v1::ConfigFile file;  // defaults filled in

  void SetPlace(const std::string& path, ConfigPlace place) { places_[path] = place; }
  // Where a free key of a mapping (a comparator's option) is written.
  void SetKeyPlace(const std::string& path, ConfigPlace place) { keys_[path] = place; }
  // The place of the value, or of the nearest one that holds it (a default stands nowhere).
  ConfigPlace PlaceOf(std::string path) const;
  // True when the file itself has the value.
  bool Has(const std::string& path) const { return places_.count(path) > 0; }

  // A value with a fault is not judged again: one mistake, one message.
  void MarkFaulty(const std::string& path) { faulty_.insert(path); }
  bool IsFaulty(const std::string& path) const { return faulty_.count(path) > 0; }
  // True when the value or anything in it has a fault.
  bool IsFaultyWithin(const std::string& path) const;

  // Adds a fault at the value unless it has one.
  void AddFault(ConfigFaults& faults, const std::string& path, std::string message);
  // The same at the value's key.
  void AddFaultAtKey(ConfigFaults& faults, const std::string& path, std::string message);

 private:
  std::map<std::string, ConfigPlace> places_;
  std::map<std::string, ConfigPlace> keys_;
  std::set<std::string> faulty_;
};

}  // namespace understudy
