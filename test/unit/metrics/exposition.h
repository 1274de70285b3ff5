// Reads the Prometheus text exposition format as strictly as its specification allows, for tests
// of the metrics page.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

struct MetricSample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct Exposition {
  std::vector<MetricSample> samples;
  std::map<std::string, std::string> types;  // of families: "counter", "gauge", "histogram"
  std::vector<std::string> faults;           // what is against the format; empty for a good page

  // The samples of a name whose labels include these.
  std::vector<MetricSample> Of(std::string_view name,
                               const std::map<std::string, std::string>& labels = {}) const;
  // The value of the one sample there is; NaN when there is none or several.
  double Value(std::string_view name, const std::map<std::string, std::string>& labels = {}) const;
  double Sum(std::string_view name, const std::map<std::string, std::string>& labels = {}) const;
};

Exposition ReadExposition(std::string_view text);

}  // namespace understudy
