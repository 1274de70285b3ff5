// The host's side of a plug-in's open(): its options read and refused through callbacks.
//
// Threads: used by one thread, for one open(). The host() is valid as long as this.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/abi.h"
#include "comparators/options.h"
#include "comparators/registry.h"

namespace understudy {

class PluginOptions {
 public:
  // `options` are read, and were found to have known names alone.
  PluginOptions(std::string_view comparator, const OptionReader& options);
  PluginOptions(const PluginOptions&) = delete;
  PluginOptions& operator=(const PluginOptions&) = delete;

  const understudy_host& host() const { return host_; }
  // What was refused, at most 16 of it.
  const std::vector<OptionFault>& faults() const { return faults_; }

 private:
  void Refuse(std::string_view option, std::string_view text);
  std::optional<JsonValue> Find(const char* option) const;

  const std::string comparator_;
  const OptionReader& options_;
  understudy_host host_;
  std::vector<OptionFault> faults_;
};

// A text that ends in a 0 somewhere in its first `max_bytes`, cut there when it does not; empty for
// a null one.
std::string_view BoundedText(const char* text, std::size_t max_bytes);

// Text of a plug-in on one line: as ShownText(), with a blank for each control character.
std::string OneLineText(std::string_view text, std::size_t max_bytes = 256);

}  // namespace understudy
