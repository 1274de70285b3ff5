// The recursion, in logarithms.
#include "proxy/evidence/change_detector.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "proxy/evidence/e_process.h"

namespace understudy {
namespace {

// ln(exp(x) + 1), without overflow.
double LogPlusOne(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

}  // namespace

ChangeDetector::ChangeDetector(double margin) : margin_(margin) {
  for (double lambda = 1.0 / 16; lambda <= 0.95 / margin; lambda *= 2) bets_.push_back(lambda);
  logs_.assign(bets_.size(), -std::numeric_limits<double>::infinity());
}

void ChangeDetector::Add(double value, std::uint64_t count) {
  samples_ += count;
  for (std::size_t i = 0; i < bets_.size(); ++i) {
    const double factor = std::log1p(bets_[i] * (value - margin_));
    for (std::uint64_t k = 0; k < count; ++k) logs_[i] = LogPlusOne(logs_[i]) + factor;
  }
}

double ChangeDetector::LogStatistic() const {
  return samples_ == 0 ? -std::numeric_limits<double>::infinity() : LogMeanExp(logs_);
}

bool ChangeDetector::Alarms(double alpha, double span) const {
  return LogStatistic() >= std::log(std::max(kLeastSpan, span) / alpha);
}

}  // namespace understudy
