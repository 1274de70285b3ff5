// The configuration loader: any text ends in a topology or in faults that point into it, twice the
// same, and no fault shows what was expanded.
#include "proxy/control/config_loader.h"

#include <algorithm>

#include "comparators/suite.h"
#include "comparators/text.h"
#include "proxy/base/status.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::string_view kSecret = "hunter2-hunter2";

class Environment final : public ConfigEnvironment {
 public:
  std::optional<std::string> Variable(const std::string& name) const override {
    if (name == "ABSENT") return std::nullopt;
    return name == "PORT" ? "8000" : std::string(kSecret);
  }
  absl::StatusOr<std::string> File(const std::string& path, std::size_t) const override {
    if (path == "absent") return InvalidArgument("No such file or directory");
    return std::string(kSecret) + "\n";
  }
  bool OpenToAll(const std::string&) const override { return false; }
};

// As proxy/server/comparing.cc hands them down.
const KnownComparators& Known() {
  static const KnownComparators known{
      {"status", "exact", "json", "tensors", "top1"},
      {{"oip-v2", {"status", "values", "top1"}, "top1", "top1"},
       {"generic-json", {"status", "json"}, "json", "json"},
       {"", {"status", "exact"}, "exact", "exact"}},
      [](const CompareRules& rules) {
        SuiteSpec spec;
        spec.preset = rules.preset;
        for (const auto& rule : rules.ignore) spec.ignore.push_back({rule.path, rule.reason});
        for (const auto& one : rules.comparators) {
          spec.comparators.push_back({one.name, one.use, one.options_json});
        }
        std::vector<CompareFault> faults;
        for (SuiteFault& fault : FindSuiteFaults(spec)) {
          faults.push_back(
              {std::move(fault.where), std::move(fault.message), fault.unknown_option});
        }
        return faults;
      }};
  return known;
}

ConfigResult Load(std::string_view text) {
  return LoadConfig(text, "f.yaml", Known(), Environment());
}

// A text that ends in a line end has an empty line behind it.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Messages go to terminals and into protobuf strings.
void RequirePrintable(std::string_view message) {
  while (!message.empty()) {
    const std::size_t length = Utf8SequenceLength(message);
    Require(length > 0, "a fault is UTF-8");
    Require(static_cast<unsigned char>(message.front()) >= 0x20 && message.front() != 0x7F,
            "a fault has no control characters");
    message.remove_prefix(length);
  }
}

void RequireSound(const ConfigFault& fault, std::string_view text) {
  const auto lines = LinesOf(text);
  Require(!fault.message.empty() && fault.message.size() < 2000, "a fault is a sentence");
  RequirePrintable(fault.message);
  Require(fault.place.line >= 1 && fault.place.column >= 1, "places count from 1");
  Require(static_cast<std::size_t>(fault.place.line) <= lines.size(), "a fault's line is there");
  const std::string_view line = lines[static_cast<std::size_t>(fault.place.line) - 1];
  Require(static_cast<std::size_t>(fault.place.column) <= line.size() + 1,
          "a fault's column is in its line");
  if (text.find(kSecret.substr(0, 6)) == std::string_view::npos) {
    Require(fault.message.find(kSecret.substr(0, 6)) == std::string::npos,
            "no fault shows what was expanded");
  }
}

std::string Outline(const Topology& topology) {
  std::string out = topology.hash;
  for (const Cluster& cluster : topology.clusters) {
    out += "\ncluster " + cluster.name + std::to_string(cluster.endpoints.size());
  }
  for (const Route& route : topology.routes) {
    out += "\nroute " + route.name + " " + route.incumbent + " " + route.plan;
    for (const CandidateArm& arm : route.candidates) out += " " + arm.cluster;
  }
  for (const Plan& plan : topology.plans) out += "\nplan " + plan.name + plan.hash;
  return out;
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view text = TextOf(data, size);
  const ConfigResult result = Load(text);
  Require((result.topology != nullptr) == result.faults.empty(),
          "loading gives a topology or faults");
  for (const ConfigFault& fault : result.faults) RequireSound(fault, text);
  const ConfigResult again = Load(text);
  Require(std::equal(result.faults.begin(), result.faults.end(), again.faults.begin(),
                     again.faults.end(),
                     [](const auto& a, const auto& b) { return a.ToString() == b.ToString(); }),
          "the same text has the same faults");
  if (result.topology == nullptr) return 0;
  Require(Outline(*again.topology) == Outline(*result.topology),
          "the same text is the same topology");
  for (const Route& route : result.topology->routes) {
    const auto is_there = [&](const std::string& name) {
      return std::any_of(result.topology->clusters.begin(), result.topology->clusters.end(),
                         [&](const Cluster& cluster) { return cluster.name == name; });
    };
    Require(is_there(route.incumbent), "a route's incumbent is there");
    for (const CandidateArm& arm : route.candidates) {
      Require(is_there(arm.cluster), "a route's candidates are there");
    }
  }
  return 0;
}
