// One line of a table: what was measured, what it is held to, and what others make of the same
// streams. Rows are judged here and shown by scripts/bench.d/decisions.py.
//
// Threads: pure functions. Ownership: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

// Another method's figure, or a bound from theory, of the row's unit.
struct Beside {
  std::string method;
  Figure figure;
};

struct Row {
  std::string about;   // the case: "true rate 2 %"
  std::string figure;  // what is measured, with its unit: "median pairs", "share of runs"
  Figure ours;
  std::size_t runs = 0;
  std::optional<double> wanted;  // what the design says
  std::string rule;              // when it is ok: "within 10 %"; empty: only reported
  std::optional<bool> ok;
  std::vector<Beside> beside;
  std::string remark;
};

using Rows = std::vector<Row>;

// The median, held to `wanted` within 10 % where there is one.
Row MedianRow(std::string about, const Stops& stops, std::optional<double> wanted = std::nullopt);

// The share of runs that came to a wrong decision, held to the test's promise: at most alpha, with
// two standard errors of so many runs. `wanted` is what the design measured, shown only.
Row ErrorRow(std::string about, double share, std::size_t runs, double alpha,
             std::optional<double> wanted = std::nullopt);

// A share of runs, or another figure, without a promise.
Row ReportedRow(std::string about, std::string figure, Figure ours, std::size_t runs);
// As above, held to a least or a largest value.
Row AtLeastRow(std::string about, std::string figure, double ours, std::size_t runs, double least);
Row AtMostRow(std::string about, std::string figure, double ours, std::size_t runs, double most);

// One line of JSON: {"table", "about", "figure", "ours", "beyond", "runs", "wanted", "rule", "ok",
// "beside": [{"method", "value", "beyond"}], "remark"}. Text must need no escapes.
std::string Json(const std::string& table, const Row& row);

}  // namespace understudy::decisions
