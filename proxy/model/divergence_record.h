// A divergent pair as it is kept on disk, and the door through which it gets there.
//
// The flow fills a DivergenceRecord and lends the bodies for the call; the sink decides by the
// route's capture rules what is kept, redacts it and only then queues it. So values and bodies that
// the operator did not ask for exist in no queue, no file and no report.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/sample.h"
#include "proxy/model/topology.h"

namespace understudy {

// One place where two answers part. Texts are cut by the comparator.
struct RecordedDifference {
  std::string path;       // JSON pointer, or empty for the whole body
  std::string kind;       // "value", "type", "missing", ... (comparators/comparator.h)
  std::string baseline;   // in: the value; kept: the value, its keyed digest "xxh64:<16 hex>", or
  std::string candidate;  // "[redacted]", as the capture rules say
};

struct RecordedScore {
  std::string comparator;  // configured name
  bool compared = false;
  double divergence = 0;     // in [0,1], when compared
  std::string reason;        // a short sentence; with a redacted difference it is withheld
  std::string uncomparable;  // when not compared: "comparator_error", "decode_error", ...
  std::vector<RecordedDifference> differences;
};

// What is kept of a body: always its size and digest, its text only when captured.
struct RecordedBody {
  std::uint64_t bytes = 0;          // of the whole body
  std::string digest;               // "xxh64:<16 hex>" of the whole body; empty when there was none
  std::optional<std::string> text;  // redacted, then cut to capture.max_bytes
  bool cut = false;                 // text is not the whole body
  bool withheld = false;            // asked for, but redaction could not be applied safely
};

// What was measured of a streamed answer; empty where it is not known. Times are since the request
// was sent, or between two events.
struct RecordedStream {
  std::uint64_t events = 0;
  std::string finish_reason;  // as the protocol writes it; at most 256 bytes
  std::optional<Duration> first_event, first_token, per_token, longest_gap;
  std::optional<std::uint64_t> input_tokens, output_tokens;

  bool operator==(const RecordedStream&) const = default;
};

struct DivergenceRecord {
  std::string id;  // the pair's id: 1..64 letters, digits, '-' or '_'; unique
  WallTime at{};
  std::string route;
  std::string candidate;  // cluster names
  std::string incumbent;
  std::string candidate_version;
  std::string incumbent_version;
  std::string rollout_id;  // empty without a rollout
  bool candidate_served = false;
  std::string request_method;
  std::string request_path;  // a query is removed by the sink
  ArmResult incumbent_result;
  ArmResult candidate_result;
  std::optional<RecordedStream> incumbent_stream, candidate_stream;
  std::vector<RecordedScore> scores;  // in the order of the route's comparators
  std::vector<std::string> segments;  // "name=value"
  // Filled by the sink (and by readers), never by the flow.
  RecordedBody request, baseline, candidate_answer;

  double MaxDivergence() const;  // over the scores that compared; 0 when none did
};

// Lent for the duration of Offer(): bodies as they were compared, with their content-encoding
// removed and streams put together where that was possible and a comparator looked. Empty views
// stand for "no body".
struct PairBodies {
  std::string_view request;
  std::string_view baseline;   // the incumbent's answer
  std::string_view candidate;  // the candidate's answer
};

// Whether bodies and values of this pair are captured. `diverged`: some comparator scored above 0.
// Sampling depends on the id alone, so it can be repeated.
bool IsCaptured(const CaptureRules& rules, bool diverged, std::string_view id);

// Threads: any number of compare threads.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // Never waits for the disk. False when the record was dropped; the sink counted why. A pair that
  // neither diverged nor is captured need not be offered; offered, it is kept without its bodies.
  virtual bool Offer(DivergenceRecord record, const PairBodies& bodies,
                     const CaptureRules& rules) = 0;
};

}  // namespace understudy
