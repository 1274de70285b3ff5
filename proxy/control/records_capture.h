// What of a divergent pair may be kept: the route's capture and redaction rules, applied.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/model/divergence_record.h"

namespace understudy {

// Fills the record's bodies and turns values into what may be kept: digests under the key without
// capture, texts with it, "[redacted]" where a redact rule touches. Cuts the query off the path.
// Returns how many bodies were withheld because redaction could not be applied to them.
std::size_t ApplyCapture(DivergenceRecord& record, const PairBodies& bodies,
                         const CaptureRules& rules, std::uint64_t digest_key);

}  // namespace understudy
