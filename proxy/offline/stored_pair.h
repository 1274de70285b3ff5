// The two answers of a divergence record, where it kept them whole, as a suite of comparators takes
// them; and a guess at the content-type, which records do not keep.
//
// Threads: pure functions. Ownership: a StoredPair refers to the texts it was made of.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

// Why a record's answers cannot be compared again.
enum class PairGap {
  kNone,      // they can
  kNotKept,   // the route's capture rules did not keep the bodies
  kCut,       // a body was longer than capture.max_bytes
  kWithheld,  // redaction could not be applied to a body, so it was not kept
  kNoAnswer,  // an arm gave no whole answer
};
PairGap GapOf(const DivergenceRecord& record);
// "its bodies were not kept", ... ; empty for kNone.
std::string_view Sentence(PairGap gap);

// "text/event-stream" and "application/x-ndjson" for a body that looks like one, else empty.
std::string_view GuessContentType(std::string_view body);

// One answer, with a content-type when it has one. What is referred to stays where it is.
class StoredAnswer {
 public:
  StoredAnswer(int status, std::string_view body, std::string_view content_type);
  StoredAnswer(const StoredAnswer&) = delete;
  StoredAnswer& operator=(const StoredAnswer&) = delete;
  RawAnswer Raw() const;

 private:
  int status_;
  std::string_view body_;
  std::array<AnswerHeader, 1> headers_;
  bool has_type_;
};

struct StoredPair {
  std::string_view request;
  int baseline_status = 200;
  std::string_view baseline;
  int candidate_status = 200;
  std::string_view candidate;
  std::string_view content_type;  // empty: guessed from each body
};

// Of a record without gap.
StoredPair PairOf(const DivergenceRecord& record);

PairScore ScorePair(const PairScorer& scorer, const StoredPair& pair);

}  // namespace understudy
