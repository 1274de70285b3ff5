// Divergence records for tests that keep them, and the time they are kept at.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <string>

#include "proxy/control/records_line.h"
#include "proxy/model/divergence_record.h"

namespace understudy::samples {

inline WallTime RecordTime(Duration later = Duration::zero()) {
  return WallTime(std::chrono::seconds(1'777'636'800)) + later;  // 2026-05-01T12:00:00Z
}

// Small, of one comparator; `number` makes the id.
inline DivergenceRecord SmallRecord(int number, double divergence = 0.5) {
  DivergenceRecord record;
  record.id = fmt::format("pair-{:06}", number);
  record.at = RecordTime(std::chrono::milliseconds(number));
  record.route = "digits";
  record.candidate = "v2";
  record.incumbent = "v1";
  record.request_method = "POST";
  record.request_path = "/v2/models/digits/infer";
  record.scores = {{"top1", true, divergence, "1 of 1 rows flipped", "", {}}};
  return record;
}

// Every field set.
inline DivergenceRecord FullRecord() {
  DivergenceRecord record = SmallRecord(1);
  record.at = RecordTime(std::chrono::nanoseconds(123'456'789));
  record.candidate_version = "2";
  record.incumbent_version = "1";
  record.rollout_id = "r-0123456789ab";
  record.candidate_served = true;
  record.incumbent_result = {ExchangeOutcome::kAnswered, 200, std::chrono::microseconds(12'345),
                             std::chrono::microseconds(10'001), 77};
  record.candidate_result = {ExchangeOutcome::kReset, 502, std::chrono::milliseconds(9),
                             std::chrono::milliseconds(8), 3};
  record.scores = {
      {"top1",
       true,
       1,
       "1 of 1 rows flipped",
       "",
       {{"/outputs/0/data/3", "value", "7", "9"}, {"/outputs/0/name", "missing", "probs", ""}}},
      {"values", false, 0, "no JSON", "not_json", {}},
      {"close", true, 0.0625, "", "", {}}};
  record.segments = {"language=de", "tenant=other"};
  return record;
}

// The line a writer makes of a small record, of a size that hardly varies with its number.
inline std::string SmallLine(int number, double divergence = 0.5) {
  return FormatRecord(SmallRecord(number, divergence));
}

// A wall clock that a test sets and another thread reads.
class SetClock {
 public:
  explicit SetClock(WallTime start = RecordTime()) : now_(start.time_since_epoch().count()) {}
  void Advance(Duration by) { now_ += by.count(); }
  WallTime Now() const { return WallTime(Duration(now_.load())); }

 private:
  std::atomic<Duration::rep> now_;
};

}  // namespace understudy::samples
