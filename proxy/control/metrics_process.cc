// What Linux knows of this process, under the names every Prometheus client uses.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "proxy/control/metrics_family.h"
#include "proxy/control/metrics_sections.h"

namespace understudy {
namespace {

struct ProcessStat {
  double cpu_ticks = 0;
  double start_ticks = 0;  // since boot
  double virtual_bytes = 0;
  double resident_pages = 0;
};

// Fields of /proc/self/stat, counted as in proc(5). The second is a name in parentheses that may
// hold blanks and parentheses of its own, so counting starts behind the last one.
std::optional<ProcessStat> ReadStat() {
  std::ifstream in("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessStat stat;
  std::string field;
  for (int number = 3; number <= 24; ++number) {
    if (!(fields >> field)) return std::nullopt;
    if (number == 14 || number == 15) stat.cpu_ticks += std::strtod(field.c_str(), nullptr);
    if (number == 22) stat.start_ticks = std::strtod(field.c_str(), nullptr);
    if (number == 23) stat.virtual_bytes = std::strtod(field.c_str(), nullptr);
    if (number == 24) stat.resident_pages = std::strtod(field.c_str(), nullptr);
  }
  return stat;
}

std::optional<double> BootTime() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return std::nullopt;
}

void AddGauge(std::string_view name, std::string_view help, double value, Families& out) {
  FamilyBuilder family = GaugeFamily(name, help);
  family.Value({}, value);
  std::move(family).Finish(out);
}

void CollectDescriptors(Families& out) {
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc/self/fd", error);
  double count = -1;  // the look itself holds one
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) ++count;
  if (!error) AddGauge("process_open_fds", "Open file descriptors", count, out);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    AddGauge("process_max_fds", "Most file descriptors allowed",
             static_cast<double>(limit.rlim_cur), out);
  }
}

}  // namespace

void CollectProcess(Families& out) {
  CollectDescriptors(out);
  const std::optional<ProcessStat> stat = ReadStat();
  if (!stat) return;
  const auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  FamilyBuilder cpu = CounterFamily("process_cpu_seconds_total", "CPU time used, user and system");
  cpu.Value({}, stat->cpu_ticks / per_second);
  std::move(cpu).Finish(out);
  AddGauge("process_virtual_memory_bytes", "Address space in use", stat->virtual_bytes, out);
  AddGauge("process_resident_memory_bytes", "Memory in use",
           stat->resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)), out);
  if (const std::optional<double> boot = BootTime()) {
    AddGauge("process_start_time_seconds", "When the process started, since the Unix epoch",
             *boot + stat->start_ticks / per_second, out);
  }
}

}  // namespace understudy
