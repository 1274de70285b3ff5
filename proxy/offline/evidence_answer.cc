// One function per kind of count.
#include "proxy/offline/evidence_answer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "proxy/control/report_json_writer.h"
#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

constexpr double kLargestRatio = 1024;  // intervals of ratios end there

double LogThreshold(double alpha) { return -std::log(alpha); }

double Share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Evidence and verdict from the bets both ways. What is missing is told where the samples grow in
// number as they are.
void Conclude(Bets rollback, Bets promotion, EvidenceAnswer& answer) {
  answer.log_e_rollback = LogMeanExp(rollback);
  answer.log_e_promotion = LogMeanExp(promotion);
  const double rollback_at = LogThreshold(answer.alphas.rollback);
  const double promotion_at = LogThreshold(answer.alphas.promotion);
  if (answer.log_e_rollback >= rollback_at) {
    answer.verdict = VerdictKind::kFail;
  } else if (answer.log_e_promotion >= promotion_at) {
    answer.verdict = VerdictKind::kPass;
  } else if (answer.samples > 0) {
    const double n = static_cast<double>(answer.samples);
    const auto to_fail =
        SamplesMissing(Extrapolate(std::move(rollback), n), answer.samples, rollback_at);
    const auto to_pass =
        SamplesMissing(Extrapolate(std::move(promotion), n), answer.samples, promotion_at);
    answer.samples_missing = to_fail && to_pass ? std::min(to_fail, to_pass)
                             : to_fail          ? to_fail
                                                : to_pass;
  }
}

// Weighted scores, those of one value together.
std::vector<Weighted> Weighed(std::vector<double> scores) {
  std::sort(scores.begin(), scores.end());
  std::vector<Weighted> values;
  for (const double score : scores) {
    if (values.empty() || values.back().value != score) values.push_back({score, 0});
    values.back().count += 1;
  }
  return values;
}

EvidenceAnswer MeanAnswer(const std::vector<Weighted>& values, EvidenceAnswer answer) {
  answer.interval_low = LowerEnd(values, LogThreshold(answer.alphas.rollback));
  answer.interval_high = UpperEnd(values, LogThreshold(answer.alphas.promotion));
  Conclude(RollbackBets(values, answer.limit), PromotionBets(values, answer.limit), answer);
  return answer;
}

// The border between ratios that are rejected and those that are not, to 0.1 %.
template <typename Rejected>
double RatioBorder(double low, double high, Rejected rejected) {
  for (int i = 0; i < 60 && high / low > 1.001; ++i) {
    const double middle = std::sqrt(low * high);
    (rejected(middle) ? low : high) = middle;
  }
  return std::sqrt(low * high);
}

}  // namespace

EvidenceAnswer PairsEvidence(std::uint64_t pairs, std::uint64_t different, double at_most,
                             const Alphas& alphas) {
  std::vector<Weighted> values = {{0, static_cast<double>(pairs - different)},
                                  {1, static_cast<double>(different)}};
  return MeanAnswer(values, {.metric = "share of pairs that differ",
                             .samples = pairs,
                             .estimate = Share(different, pairs),
                             .limit = at_most,
                             .alphas = alphas});
}

EvidenceAnswer ScoresEvidence(const std::vector<double>& scores, double at_most,
                              const Alphas& alphas) {
  double sum = 0;
  for (const double score : scores) sum += score;
  const double mean = scores.empty() ? 0 : sum / static_cast<double>(scores.size());
  return MeanAnswer(Weighed(scores), {.metric = "mean score",
                                      .samples = scores.size(),
                                      .estimate = mean,
                                      .limit = at_most,
                                      .alphas = alphas});
}

EvidenceAnswer DiscordantEvidence(std::uint64_t pairs, std::uint64_t worse, std::uint64_t better,
                                  double margin, const Alphas& alphas) {
  const std::array<Weighted, 3> values = Ternary(pairs, worse, better);
  EvidenceAnswer answer{.metric = "worse less better, share of pairs",
                        .samples = pairs,
                        .estimate = Share(worse, pairs) - Share(better, pairs),
                        .limit = margin,
                        .alphas = alphas};
  answer.interval_low = LowerEndOfDifference(values, LogThreshold(alphas.rollback));
  answer.interval_high = UpperEndOfDifference(values, LogThreshold(alphas.promotion));
  Conclude(DifferenceRollbackBets(values, margin), DifferencePromotionBets(values, margin), answer);
  return answer;
}

EvidenceAnswer ErrorsEvidence(std::uint64_t candidate, std::uint64_t incumbent, double share,
                              double at_most_ratio, const Alphas& alphas) {
  const std::array counts = {ErrorCounts{candidate, incumbent, share}};
  const double odds = static_cast<double>(candidate) * (1 - share);
  const double others = static_cast<double>(incumbent) * share;
  EvidenceAnswer answer{.metric = "error rate, multiple of the incumbent's",
                        .samples = candidate + incumbent,
                        .estimate = others > 0      ? std::min(odds / others, kLargestRatio)
                                    : candidate > 0 ? kLargestRatio
                                                    : 1,
                        .limit = at_most_ratio,
                        .interval_high = kLargestRatio,
                        .alphas = alphas};
  const auto too_low = [&](double ratio) {
    return LogMeanExp(RatioRollbackBets(counts, ratio)) >= LogThreshold(alphas.rollback);
  };
  const auto not_too_high = [&](double ratio) {
    return LogMeanExp(RatioPromotionBets(counts, ratio)) < LogThreshold(alphas.promotion);
  };
  const double lowest = 1 / kLargestRatio;
  const double middle = std::clamp(answer.estimate, lowest, kLargestRatio);
  if (too_low(lowest)) answer.interval_low = RatioBorder(lowest, middle, too_low);
  if (!not_too_high(kLargestRatio)) {
    answer.interval_high = RatioBorder(middle, kLargestRatio, not_too_high);
  }
  Conclude(RatioRollbackBets(counts, at_most_ratio), RatioPromotionBets(counts, at_most_ratio),
           answer);
  return answer;
}

void WriteEstimate(JsonWriter& json, const EvidenceAnswer& answer) {
  json.Text("verdict", ToString(answer.verdict));
  json.Count("samples", answer.samples);
  json.Number("estimate", answer.estimate);
  json.BeginArray("interval");
  json.Number("", answer.interval_low);
  json.Number("", answer.interval_high);
  json.EndArray();
}

std::string EvidenceJson(const EvidenceAnswer& answer) {
  JsonWriter json;
  json.BeginObject();
  json.Text("metric", answer.metric);
  WriteEstimate(json, answer);
  json.Number("limit", answer.limit);
  json.Number("log_e_rollback", answer.log_e_rollback);
  json.Number("log_e_promotion", answer.log_e_promotion);
  json.Number("alpha_rollback", answer.alphas.rollback);
  json.Number("alpha_promotion", answer.alphas.promotion);
  json.MaybeCount("samples_missing", answer.samples_missing);
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
