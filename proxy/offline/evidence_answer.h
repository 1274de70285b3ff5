// The tests on counts or scores that somebody brings, without a server: the same functions that
// judge rollouts.
//
// Threads: pure functions. All logarithms are natural.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proxy/control/report_json_writer.h"
#include "proxy/model/verdict.h"

namespace understudy {

// How often a wrong FAIL and a wrong PASS may come, each in (0,1).
struct Alphas {
  double rollback = 0.01;
  double promotion = 0.05;
};

struct EvidenceAnswer {
  std::string metric;
  std::uint64_t samples = 0;
  double estimate = 0;
  double limit = 0;
  double interval_low = 0;   // every value below is rejected at the rollback alpha,
  double interval_high = 0;  // every value above at the promotion alpha
  double log_e_rollback = 0;
  double log_e_promotion = 0;
  VerdictKind verdict = VerdictKind::kInconclusive;  // FAIL, PASS or INCONCLUSIVE
  std::optional<std::uint64_t> samples_missing;      // until a verdict, at this estimate
  Alphas alphas;
};

// `different` of `pairs` differ, null "at most `at_most`". 0 <= different <= pairs < 2^40, at_most
// in (0,1).
EvidenceAnswer PairsEvidence(std::uint64_t pairs, std::uint64_t different, double at_most,
                             const Alphas& alphas);
// Scores in [0,1], exact, once each.
EvidenceAnswer ScoresEvidence(const std::vector<double>& scores, double at_most,
                              const Alphas& alphas);
// Of `pairs`, `worse` were worse with the candidate and `better` better; null "worse less better is
// at most `margin` of them", margin in [0,1).
EvidenceAnswer DiscordantEvidence(std::uint64_t pairs, std::uint64_t worse, std::uint64_t better,
                                  double margin, const Alphas& alphas);
// Errors of the two arms while the candidate had `share` of the requests, in (0,1); null "its rate
// is at most `at_most_ratio` times the incumbent's".
EvidenceAnswer ErrorsEvidence(std::uint64_t candidate, std::uint64_t incumbent, double share,
                              double at_most_ratio, const Alphas& alphas);

// The members of an object that say what came out: verdict, samples, estimate, interval.
void WriteEstimate(JsonWriter& json, const EvidenceAnswer& answer);
// One object; keys are only ever added to.
std::string EvidenceJson(const EvidenceAnswer& answer);

}  // namespace understudy
