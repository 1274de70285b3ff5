// Text from outside made safe to show: UTF-8 checked, cut to a bound; edit distance for "did you
// mean". Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace understudy {

inline constexpr std::size_t kMaxShownText = 256;  // bytes of one text in a Difference

// The length in bytes, 1..4, of the UTF-8 sequence `text` starts with; 0 when it is malformed
// (overlong, surrogate, above U+10FFFF, cut) or `text` is empty.
std::size_t Utf8SequenceLength(std::string_view text);

// Whether all of it is well-formed.
bool IsUtf8Text(std::string_view text);

// Appends `code_point` (at most 0x10FFFF) as UTF-8; a surrogate becomes the three bytes its number
// would take, so that two different ones stay different.
void AppendUtf8(std::uint32_t code_point, std::string& out);

// At most `max_bytes` of `text` as valid UTF-8: malformed bytes and NUL become U+FFFD, and a cut
// text ends in U+2026.
std::string ShownText(std::string_view text, std::size_t max_bytes = kMaxShownText);

// The name nearest to `wrong` (Levenshtein, at most a third of its length, at least two edits); an
// empty view when none is near.
std::string_view NearestName(std::string_view wrong, std::span<const std::string_view> names);

// " Did you mean \"x\"?" or, when nothing is near, " Known: a, b, c."
std::string Suggestion(std::string_view wrong, std::span<const std::string_view> names);

}  // namespace understudy
