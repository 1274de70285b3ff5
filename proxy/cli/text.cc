// Text laid out for a terminal.
#include "proxy/cli/text.h"

#include <algorithm>

namespace understudy {
namespace {

// Bytes of the escape sequence ("\x1b[...letter") at the start of `text`; 0 when there is none.
std::size_t EscapeLength(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  std::size_t end = 2;
  while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  return std::min(end + 1, text.size());
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Bytes of the code point at the start of a non-empty `text`; a stray byte counts as one.
std::size_t CodePointLength(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && length < 4 && IsContinuation(text[length])) ++length;
  return length;
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    if (const std::size_t escape = EscapeLength(text); escape > 0) {
      text.remove_prefix(escape);
      continue;
    }
    text.remove_prefix(CodePointLength(text));
    ++width;
  }
  return width;
}

std::string PadRight(std::string_view text, std::size_t width) {
  std::string padded(text);
  const std::size_t taken = DisplayWidth(text);
  if (taken < width) padded.append(width - taken, ' ');
  return padded;
}

std::string Cut(std::string_view text, std::size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string kept;
  bool escaped = false;
  std::size_t taken = 0;
  while (taken + 1 < width) {
    const std::size_t escape = EscapeLength(text);
    const std::size_t length = escape > 0 ? escape : CodePointLength(text);
    kept.append(text.substr(0, length));
    text.remove_prefix(length);
    if (escape > 0) {
      escaped = true;
    } else {
      ++taken;
    }
  }
  kept += "…";
  if (escaped) kept += "\x1b[0m";
  return kept;
}

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080..U+009F are control characters too, and some terminals obey them.
    const bool c1 = byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) < 0xA0 && IsContinuation(text[i + 1]);
    if (c1) {
      line += '?';
      ++i;
    } else if (byte == '\n' || byte == '\t' || byte == '\r') {
      line += ' ';
    } else if (byte < 0x20 || byte == 0x7F) {
      line += '?';
    } else {
      line += text[i];
    }
  }
  return line;
}

std::string Table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : head) widths.push_back(DisplayWidth(cell));
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string table;
  const auto add_row = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      table += last ? row[i] : PadRight(row[i], widths[i] + 2);
    }
    while (table.ends_with(' ')) table.pop_back();  // of empty cells
    table += '\n';
  };
  add_row(head);
  for (const auto& row : rows) add_row(row);
  return table;
}

}  // namespace understudy
