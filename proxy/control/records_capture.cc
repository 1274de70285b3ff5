// Capture and redaction of one pair.
#include "proxy/control/records_capture.h"

#include <algorithm>

#include "proxy/control/records_redact.h"
#include "proxy/control/records_text.h"

namespace understudy {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::string_view kReasonWithheld = "withheld: a redacted value takes part";

// How one record is kept.
struct Keeping {
  const Redaction& redaction;
  bool captured = false;
  std::uint64_t max_bytes = 0;
  std::uint64_t digest_key = 0;
};

RecordedBody Keep(std::string_view body, const Keeping& how) {
  RecordedBody kept;
  kept.bytes = body.size();
  if (body.empty()) return kept;
  kept.digest = Digest(body, how.digest_key);
  if (!how.captured) return kept;
  // Redacted whole and then cut: a cut text is no JSON any more.
  const std::optional<std::string> redacted = how.redaction.Apply(body);
  if (!redacted) {
    kept.withheld = true;
    return kept;
  }
  kept.text = std::string(CutText(*redacted, static_cast<std::size_t>(how.max_bytes)));
  kept.cut = kept.text->size() < redacted->size();
  return kept;
}

void KeepValue(std::string& value, const Keeping& how, bool touched) {
  if (touched) {
    value = kRedacted;
  } else if (!how.captured && !value.empty()) {
    value = Digest(value, how.digest_key);
  }
}

// What of a place can be judged: a comparator cuts a long one and ends it in an ellipsis, so that
// its last token may be another.
std::string_view Known(std::string_view path) {
  constexpr std::string_view kEllipsis = "\u2026";
  return path.ends_with(kEllipsis) ? path.substr(0, path.rfind('/')) : path;
}

void KeepScore(RecordedScore& score, const Keeping& how) {
  bool any_touched = false;
  for (RecordedDifference& difference : score.differences) {
    const bool touched = how.redaction.Touches(Known(difference.path));
    KeepValue(difference.baseline, how, touched);
    KeepValue(difference.candidate, how, touched);
    any_touched = any_touched || touched;
  }
  // A comparator's sentence may quote the values it speaks of.
  if (any_touched) score.reason = kReasonWithheld;
}

}  // namespace

std::size_t ApplyCapture(DivergenceRecord& record, const PairBodies& bodies,
                         const CaptureRules& rules, std::uint64_t digest_key) {
  record.request_path.resize(
      std::min(record.request_path.find_first_of("?#"), record.request_path.size()));
  const Redaction redaction(rules.redact);
  const Keeping how{redaction, IsCaptured(rules, record.MaxDivergence() > 0, record.id),
                    rules.max_bytes, digest_key};
  for (RecordedScore& score : record.scores) KeepScore(score, how);
  record.request = Keep(bodies.request, how);
  record.baseline = Keep(bodies.baseline, how);
  record.candidate_answer = Keep(bodies.candidate, how);
  return static_cast<std::size_t>(record.request.withheld) +
         static_cast<std::size_t>(record.baseline.withheld) +
         static_cast<std::size_t>(record.candidate_answer.withheld);
}

}  // namespace understudy
