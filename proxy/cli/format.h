// Numbers, shares and times as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace understudy {

// A share 0..1 as percent with at most three significant decimals: "0%", "0.25%", "12.5%".
std::string FormatShare(double share);

// A number with four significant digits: "0.0123", "1.25", "1234".
std::string FormatNumber(double number);

// Seconds (negative counts as 0) in the two largest units: "4s", "3m20s", "2h5m", "3d1h".
std::string FormatSeconds(double seconds);

// Latency in seconds as "850us", "12.3ms" or "1.25s".
std::string FormatLatency(double seconds);

// UTC: "2024-05-01 12:00:03Z". `seconds` since 1970.
std::string FormatTime(std::int64_t seconds);

// One block letter for each value, scaled from 0 to the largest; empty for no values. When there
// are more values than `width`, the newest `width` of them.
std::string Sparkline(const std::vector<double>& values, std::size_t width);

// "5%", "0.5 %", or a share such as "0.05", as parts per million 0..1000000.
// Returns false, and leaves `ppm`, when the text is neither or is out of range.
bool ParseWeight(const std::string& text, std::uint32_t& ppm);

// "250ms", "5s", "10m", "1h", "1h30m" in milliseconds, at most 30 days.
// Returns false, and leaves `milliseconds`, when the text is no such duration.
bool ParseDuration(const std::string& text, std::int64_t& milliseconds);

}  // namespace understudy
