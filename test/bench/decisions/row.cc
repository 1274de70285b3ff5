// Judges figures and writes them as JSON.
#include "test/bench/decisions/row.h"

#include <cmath>
#include <utility>

#include "fmt/format.h"

namespace understudy::decisions {
namespace {

constexpr double kMedianTolerance = 0.1;

std::string Number(std::optional<double> value) {
  return value ? fmt::format("{:.10g}", *value) : "null";
}

}  // namespace

Row MedianRow(std::string about, const Stops& stops, std::optional<double> wanted) {
  Row row = ReportedRow(std::move(about), "median pairs", stops.Median(), stops.runs());
  if (!wanted) return row;
  row.wanted = wanted;
  row.rule = "within 10 %";
  row.ok = !row.ours.beyond && std::abs(row.ours.value / *wanted - 1) <= kMedianTolerance;
  return row;
}

Row ErrorRow(std::string about, double share, std::size_t runs, double alpha,
             std::optional<double> wanted) {
  const double error = std::sqrt(alpha * (1 - alpha) / static_cast<double>(runs));
  Row row = AtMostRow(std::move(about), "share of runs", share, runs, alpha + 2 * error);
  row.wanted = wanted;
  row.rule = fmt::format("at most {:.2f} %", 100 * (alpha + 2 * error));
  return row;
}

Row ReportedRow(std::string about, std::string figure, Figure ours, std::size_t runs) {
  Row row;
  row.about = std::move(about);
  row.figure = std::move(figure);
  row.ours = ours;
  row.runs = runs;
  return row;
}

Row AtLeastRow(std::string about, std::string figure, double ours, std::size_t runs, double least) {
  Row row = ReportedRow(std::move(about), std::move(figure), {ours}, runs);
  row.rule = fmt::format("at least {:.10g}", least);
  row.ok = ours >= least;
  return row;
}

Row AtMostRow(std::string about, std::string figure, double ours, std::size_t runs, double most) {
  Row row = ReportedRow(std::move(about), std::move(figure), {ours}, runs);
  row.rule = fmt::format("at most {:.10g}", most);
  row.ok = ours <= most;
  return row;
}

std::string Json(const std::string& table, const Row& row) {
  std::string beside;
  for (const Beside& other : row.beside) {
    beside +=
        fmt::format(R"({}{{"method":"{}","value":{},"beyond":{}}})", beside.empty() ? "" : ",",
                    other.method, Number(other.figure.value), other.figure.beyond);
  }
  return fmt::format(
      R"({{"table":"{}","about":"{}","figure":"{}","ours":{},"beyond":{},"runs":{},"wanted":{},)"
      R"("rule":"{}","ok":{},"beside":[{}],"remark":"{}"}})",
      table, row.about, row.figure, Number(row.ours.value), row.ours.beyond, row.runs,
      Number(row.wanted), row.rule, row.ok ? (*row.ok ? "true" : "false") : "null", beside,
      row.remark);
}

}  // namespace understudy::decisions
