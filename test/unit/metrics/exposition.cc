// Line by line: comments first, samples of their family after them, nothing twice.
#include "test/unit/metrics/exposition.h"

#include <cmath>
#include <cstdlib>
#include <optional>
#include <set>

namespace understudy {
namespace {

bool IsName(std::string_view text, bool colon) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && !(c >= '0' && c <= '9') && !(colon && c == ':')) return false;
  }
  return true;
}

// Takes `name="value",...}` off the front; nothing: it is malformed.
std::optional<std::map<std::string, std::string>> TakeLabels(std::string_view& text) {
  std::map<std::string, std::string> labels;
  while (!text.starts_with('}')) {
    const std::size_t equals = text.find("=\"");
    if (equals == std::string_view::npos || !IsName(text.substr(0, equals), false)) return {};
    const std::string name(text.substr(0, equals));
    text.remove_prefix(equals + 2);
    std::string value;
    while (!text.empty() && text.front() != '"') {
      if (text.front() == '\\') {
        text.remove_prefix(1);
        if (text.empty() ||
            std::string_view("\\\"n").find(text.front()) == std::string_view::npos) {
          return {};
        }
        value += text.front() == 'n' ? '\n' : text.front();
      } else {
        value += text.front();
      }
      text.remove_prefix(1);
    }
    if (text.empty() || !labels.emplace(name, value).second) return {};
    text.remove_prefix(1);
    if (text.starts_with(',')) text.remove_prefix(1);
  }
  text.remove_prefix(1);
  return labels;
}

std::optional<MetricSample> ReadSample(std::string_view line) {
  MetricSample sample;
  const std::size_t end = line.find_first_of("{ ");
  if (end == std::string_view::npos || !IsName(line.substr(0, end), true)) return {};
  sample.name = line.substr(0, end);
  line.remove_prefix(end);
  if (line.front() == '{') {
    line.remove_prefix(1);
    auto labels = TakeLabels(line);
    if (!labels) return {};
    sample.labels = *std::move(labels);
  }
  if (!line.starts_with(' ')) return {};
  const std::string number(line.substr(1));
  char* rest = nullptr;
  sample.value = std::strtod(number.c_str(), &rest);
  if (number.empty() || *rest != '\0') return {};
  return sample;
}

// The family of a sample's name: histograms have three endings.
std::string FamilyOf(const std::string& name, const std::map<std::string, std::string>& types) {
  for (const std::string_view ending : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(ending)) continue;
    const auto family = types.find(name.substr(0, name.size() - ending.size()));
    if (family != types.end() && family->second == "histogram") return family->first;
  }
  return name;
}

// "# HELP name text" or "# TYPE name type".
void ReadComment(std::string_view line, Exposition& page, std::set<std::string>& helped) {
  const auto fault = [&] { page.faults.push_back("a comment: " + std::string(line)); };
  const bool help = line.starts_with("# HELP ");
  if (!help && !line.starts_with("# TYPE ")) return fault();
  std::string_view rest = line.substr(7);
  const std::string name(rest.substr(0, rest.find(' ')));
  if (!IsName(name, true) || rest.size() <= name.size() + 1) return fault();
  const std::string text(rest.substr(name.size() + 1));
  if (help && !helped.insert(name).second) return fault();
  if (help) return;
  const bool known = text == "counter" || text == "gauge" || text == "histogram";
  if (!known || !page.types.emplace(name, text).second) fault();
}

}  // namespace

std::vector<MetricSample> Exposition::Of(std::string_view name,
                                         const std::map<std::string, std::string>& labels) const {
  std::vector<MetricSample> found;
  for (const MetricSample& sample : samples) {
    bool matches = sample.name == name;
    for (const auto& [label, value] : labels) {
      const auto at = sample.labels.find(label);
      matches = matches && at != sample.labels.end() && at->second == value;
    }
    if (matches) found.push_back(sample);
  }
  return found;
}

double Exposition::Value(std::string_view name,
                         const std::map<std::string, std::string>& labels) const {
  const std::vector<MetricSample> found = Of(name, labels);
  return found.size() == 1 ? found[0].value : std::nan("");
}

double Exposition::Sum(std::string_view name,
                       const std::map<std::string, std::string>& labels) const {
  double sum = 0;
  for (const MetricSample& sample : Of(name, labels)) sum += sample.value;
  return sum;
}

Exposition ReadExposition(std::string_view text) {
  Exposition page;
  std::set<std::string> helped;
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen;
  std::set<std::string> ended;  // families whose samples are behind us
  std::string family;
  if (!text.empty() && text.back() != '\n') page.faults.emplace_back("no newline at the end");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.front() == '#') {
      ReadComment(line, page, helped);
      continue;
    }
    const std::optional<MetricSample> sample = ReadSample(line);
    if (!sample) {
      page.faults.push_back("a sample: " + line);
      continue;
    }
    const std::string of = FamilyOf(sample->name, page.types);
    if (page.types.count(of) == 0 || helped.count(of) == 0)
      page.faults.push_back("untold: " + line);
    if (of != family) {
      if (!ended.insert(of).second) page.faults.push_back("in two places: " + line);
      family = of;
    }
    if (!seen.emplace(sample->name, sample->labels).second) page.faults.push_back("twice: " + line);
    page.samples.push_back(*sample);
  }
  return page;
}

}  // namespace understudy
