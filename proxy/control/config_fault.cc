// Collecting, ordering and printing faults.
#include "proxy/control/config_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace understudy {

std::string ConfigFault::ToString() const {
  return fmt::format("{}:{}:{}: {}", filename, place.line, place.column, message);
}

void ConfigFaults::Add(ConfigPlace place, std::string message) {
  AddElsewhere(filename_, place, std::move(message));
}

void ConfigFaults::AddElsewhere(std::string filename, ConfigPlace place, std::string message) {
  if (faults_.size() >= kMost) {
    ++left_out_;
    return;
  }
  for (const auto& [value, written] : concealed_) {
    for (std::size_t at = message.find(value); at != std::string::npos;
         at = message.find(value, at + written.size())) {
      message.replace(at, value.size(), written);
    }
  }
  faults_.push_back({std::move(filename), place, std::move(message)});
}

void ConfigFaults::Conceal(const std::string& value, const std::string& written) {
  constexpr std::size_t kLeastSecret = 4;
  if (value == written) return;
  concealed_.emplace_back(Quoted(value), Quoted(written));
  if (value.size() >= kLeastSecret) concealed_.emplace_back(value, written);
}

std::vector<ConfigFault> ConfigFaults::Sorted() const {
  std::vector<ConfigFault> sorted = faults_;
  const auto order = [this](const ConfigFault& fault) {
    const bool elsewhere = fault.filename != filename_;
    return std::tuple(elsewhere, elsewhere ? fault.filename : "", fault.place.line,
                      fault.place.column);
  };
  std::stable_sort(
      sorted.begin(), sorted.end(),
      [&order](const ConfigFault& a, const ConfigFault& b) { return order(a) < order(b); });
  if (left_out_ > 0) {
    const ConfigPlace end = sorted.back().place;
    sorted.push_back({filename_, end,
                      fmt::format("{} more fault{}; correct these first", left_out_,
                                  left_out_ == 1 ? "" : "s")});
  }
  return sorted;
}

std::string Quoted(const std::string& text) {
  constexpr std::size_t kMostBytes = 60;
  std::size_t size = std::min(text.size(), kMostBytes);
  // A cut never splits a UTF-8 character.
  while (size > 0 && size < text.size() && (text[size] & 0xC0) == 0x80) --size;
  std::string shown = text.substr(0, size);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return fmt::format("'{}{}'", shown, size < text.size() ? "…" : "");
}

}  // namespace understudy
