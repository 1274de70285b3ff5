// Which records can be compared again, and what their bodies are taken for.
#include "proxy/offline/stored_pair.h"

#include <catch2/catch.hpp>

#include "test/support/record_samples.h"

namespace understudy {
namespace {

DivergenceRecord Whole() {
  DivergenceRecord record = samples::SmallRecord(1);
  record.incumbent_result.outcome = ExchangeOutcome::kAnswered;
  record.incumbent_result.status = 200;
  record.candidate_result = record.incumbent_result;
  record.baseline = {2, "xxh64:0", "{}", false, false};
  record.candidate_answer = record.baseline;
  return record;
}

TEST_CASE("a record has a pair when both answers were kept whole") {
  DivergenceRecord record = Whole();
  CHECK(GapOf(record) == PairGap::kNone);
  record.candidate_answer = RecordedBody();  // an answer without a body
  CHECK(GapOf(record) == PairGap::kNone);
  record.candidate_answer.bytes = 5;
  CHECK(GapOf(record) == PairGap::kNotKept);
  record.candidate_answer.withheld = true;
  CHECK(GapOf(record) == PairGap::kWithheld);
  record = Whole();
  record.baseline.cut = true;
  CHECK(GapOf(record) == PairGap::kCut);
  record = Whole();
  record.candidate_result.outcome = ExchangeOutcome::kTotalTimeout;
  CHECK(GapOf(record) == PairGap::kNoAnswer);
}

TEST_CASE("bodies of streams are told from others by how they begin") {
  CHECK(GuessContentType("data: {}\n\n") == "text/event-stream");
  CHECK(GuessContentType("\r\nevent: a\ndata: {}\n\n") == "text/event-stream");
  CHECK(GuessContentType("{\"a\":1}\n{\"a\":2}\n") == "application/x-ndjson");
  CHECK(GuessContentType("{\n  \"a\": {}\n}\n").empty());
  CHECK(GuessContentType("{\"a\":1}\n").empty());
  CHECK(GuessContentType("").empty());
  CHECK(GuessContentType(" \n").empty());
}

}  // namespace
}  // namespace understudy
