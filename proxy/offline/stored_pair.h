// The two answers of a divergence record, where it kept them whole, as a suite of comparators takes
// them; and guesses at their headers, which neither records nor files have.
//
// Threads: pure functions. Ownership: a StoredPair refers to the texts it was made of.
#pragma once

#include <cstddef>
#include <optional>
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

// "gzip" or "zstd" for a body that begins as one does, else empty; others cannot be told.
std::string_view GuessContentEncoding(std::string_view body);

// Where the JSON before binary tensors ends: a body that is an object with a "binary_data_size" and
// has bytes behind it. Nothing for another.
std::optional<std::size_t> GuessJsonLength(std::string_view body);

// One answer, decoded where it is encoded, with the headers that it must have had. What is referred
// to stays where it is.
class StoredAnswer {
 public:
  StoredAnswer(int status, std::string_view body, std::string_view content_type);
  StoredAnswer(const StoredAnswer&) = delete;
  StoredAnswer& operator=(const StoredAnswer&) = delete;
  RawAnswer Raw(const std::optional<AnswerMeasures>& measures) const;

 private:
  int status_;
  std::string_view body_;
  std::string decoded_, json_length_;
  std::vector<AnswerHeader> headers_;
};

struct StoredPair {
  std::string_view request;
  int baseline_status = 200;
  std::string_view baseline;
  int candidate_status = 200;
  std::string_view candidate;
  std::string_view content_type;  // empty: guessed from each body
  // "/package.Service/Method" of a gRPC call: bodies are framed messages, or one message alone.
  std::string_view grpc_method = {};
  std::optional<AnswerMeasures> baseline_measures, candidate_measures;  // none: of a file
};

// Of a record without gap.
StoredPair PairOf(const DivergenceRecord& record);

PairScore ScorePair(const PairScorer& scorer, const StoredPair& pair);

}  // namespace understudy
