// Text laid out for a terminal: display width, padding, cutting, aligned tables. Pure.
//
// Width is counted in code points, escape sequences excluded; wide (CJK) letters count as one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// Columns that `text` takes on a terminal.
std::size_t DisplayWidth(std::string_view text);

// `text` with spaces up to `width` columns; longer texts are returned unchanged.
std::string PadRight(std::string_view text, std::size_t width);

// At most `width` columns of `text`; a cut text ends in "…" and in a reset of its colour.
std::string Cut(std::string_view text, std::size_t width);

// `text` without control characters (they become '?'): what a server or a model said must not
// drive the terminal. Newlines and tabs become spaces.
std::string OneLine(std::string_view text);

// A table with a head and left-aligned columns two spaces apart, each line ended by '\n'. The last
// column is not padded. Every row has as many cells as the head.
std::string Table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace understudy
