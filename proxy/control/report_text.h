// Texts that reports, gate and explanations share: times, shares, durations, and the escapes that
// keep text from outside inside its place.
//
// Threads: pure functions. Nothing here reads a clock or a locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/base/time.h"
#include "proxy/model/rollout.h"

namespace understudy {

// "2026-03-01T12:00:00Z" (whole seconds, UTC); "never" for the epoch.
std::string TimeText(WallTime time);

// "250 ms", "12 s", "3 min 5 s", "2 h 10 min"; negative is "0 s".
std::string DurationText(Duration duration);

// A share of 0..1 as percent with up to four decimals: "2 %", "0.05 %"; "unknown" when not finite.
std::string ShareText(double share);
std::string WeightText(std::uint32_t weight_ppm);  // "12.5 %"

// " by operator:ada since 2026-01-02T03:04:05Z (too many flips)"; empty for nothing.
std::string ByWhom(const std::optional<JournalLine>& act);

// Up to four significant digits; "unknown" when not finite.
std::string NumberText(double value);

// The text with each byte that is no UTF-8 as U+FFFD: gRPC clients refuse messages with others.
std::string ValidUtf8(std::string_view text);

// For XML 1.0 text and attribute values: the five entities; what XML cannot hold (control
// characters, broken UTF-8) becomes U+FFFD.
std::string EscapeXml(std::string_view text);

// For a cell of a Markdown table: one line, no markup, cut to `max_bytes` on a character boundary.
std::string MarkdownCell(std::string_view text, std::size_t max_bytes = 300);

}  // namespace understudy
