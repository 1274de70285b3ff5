// Capture and redaction of one pair.
#include "proxy/control/records_capture.h"

#include <algorithm>

#include "proxy/control/records_redact.h"
#include "proxy/control/records_text.h"

namespace understudy {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::string_view kReasonWithheld = "withheld: a redacted value takes part";

RecordedBody Keep(std::string_view body, bool captured, const Redaction& redaction,
                  std::uint64_t max_bytes) {
  RecordedBody kept;
  kept.bytes = body.size();
  if (body.empty()) return kept;
  kept.digest = Digest(body);
  if (!captured) return kept;
  // Redacted whole and then cut: a cut text is no JSON any more.
  const std::optional<std::string> redacted = redaction.Apply(body);
  if (!redacted) {
    kept.withheld = true;
    return kept;
  }
  kept.text = std::string(CutText(*redacted, static_cast<std::size_t>(max_bytes)));
  kept.cut = kept.text->size() < redacted->size();
  return kept;
}

void KeepValue(std::string& value, bool captured, bool touched) {
  if (touched) {
    value = kRedacted;
  } else if (!captured && !value.empty()) {
    value = Digest(value);
  }
}

// What of a place can be judged: a comparator cuts a long one and ends it in an ellipsis, so that
// its last token may be another.
std::string_view Known(std::string_view path) {
  constexpr std::string_view kEllipsis = "\u2026";
  return path.ends_with(kEllipsis) ? path.substr(0, path.rfind('/')) : path;
}

void KeepScore(RecordedScore& score, bool captured, const Redaction& redaction) {
  bool any_touched = false;
  for (RecordedDifference& difference : score.differences) {
    const bool touched = redaction.Touches(Known(difference.path));
    KeepValue(difference.baseline, captured, touched);
    KeepValue(difference.candidate, captured, touched);
    any_touched = any_touched || touched;
  }
  // A comparator's sentence may quote the values it speaks of.
  if (any_touched) score.reason = kReasonWithheld;
}

}  // namespace

std::size_t ApplyCapture(DivergenceRecord& record, const PairBodies& bodies,
                         const CaptureRules& rules) {
  record.request_path.resize(
      std::min(record.request_path.find_first_of("?#"), record.request_path.size()));
  const Redaction redaction(rules.redact);
  const bool captured = IsCaptured(rules, record.MaxDivergence() > 0, record.id);
  for (RecordedScore& score : record.scores) KeepScore(score, captured, redaction);
  record.request = Keep(bodies.request, captured, redaction, rules.max_bytes);
  record.baseline = Keep(bodies.baseline, captured, redaction, rules.max_bytes);
  record.candidate_answer = Keep(bodies.candidate, captured, redaction, rules.max_bytes);
  return static_cast<std::size_t>(record.request.withheld) +
         static_cast<std::size_t>(record.baseline.withheld) +
         static_cast<std::size_t>(record.candidate_answer.withheld);
}

}  // namespace understudy
