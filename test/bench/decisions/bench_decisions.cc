// bench_decisions: how good the decisions are, by simulation. Prints one line of JSON for each
// figure; scripts/bench --decisions runs it and shows the tables.
//   bench_decisions --list      every table's key and title, a tab between them
//   bench_decisions KEY...      measures these tables
#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

struct Table {
  std::string_view key;
  std::string_view title;
  Rows (*measure)();
};

constexpr std::array kTables = {
    Table{"false_rollbacks", "A/A: a candidate exactly at its margin of 1 %", FalseRollbacks},
    Table{"detection", "Detection: margin 1 %, alpha 5 %", Detection},
    Table{"promotion", "Promotion: margin 2 %, alpha 5 %", Promotion},
    Table{"noise", "A/A noise: the incumbent differs from itself; alpha 5 %", Noise},
    Table{"late", "Late regressions: 5 % after 100,000 clean pairs; alpha 5 %", LateRegressions},
    Table{"alarms", "Change detector: false alarms, margin 1 %", ChangeAlarms},
    Table{"error_ratio", "Error rates 0.1 % against 0.2 %; alpha 5 %", ErrorRatio},
    Table{"latency", "Latency: p99, log-normal answers; alpha 5 %", Latency},
    Table{"segments", "Segments: one of twenty is 6 points worse; alpha 5 %", Segments},
    Table{"product", "The product's path: Ledger::Add and Evaluate; margin 1 %, alpha 5 %",
          ProductPath},
};

int List() {
  for (const Table& table : kTables) {
    std::printf("%s\t%s\n", std::string(table.key).c_str(), std::string(table.title).c_str());
  }
  return 0;
}

bool Measure(std::string_view key) {
  for (const Table& table : kTables) {
    if (table.key != key) continue;
    for (const Row& row : table.measure()) std::puts(Json(std::string(key), row).c_str());
    std::fflush(stdout);
    return true;
  }
  return false;
}

int Main(std::span<char*> arguments) {
  if (arguments.empty()) {
    std::fputs("bench_decisions: name tables, or --list\n", stderr);
    return 2;
  }
  if (std::string_view(arguments[0]) == "--list") return List();
  for (const char* key : arguments) {
    if (Measure(key)) continue;
    std::fprintf(stderr, "bench_decisions: no table %s; see --list\n", key);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace understudy::decisions

int main(int count, char** arguments) {
  return understudy::decisions::Main(
      std::span(arguments, static_cast<std::size_t>(count)).subspan(1));
}
