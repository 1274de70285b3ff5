// A picture that is redrawn in place on a terminal.
#include "proxy/cli/screen.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "proxy/cli/text.h"

namespace understudy {

std::string FitToScreen(const std::string& text, int columns, int rows) {
  const auto width = static_cast<std::size_t>(std::max(1, columns));
  const auto most = static_cast<std::size_t>(std::max(2, rows - 1));
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(Cut(std::string_view(text).substr(begin, end - begin), width));
    begin = end + 1;
  }
  if (lines.size() > most) {
    const std::size_t hidden = lines.size() - most + 1;
    lines.resize(most - 1);
    lines.push_back(Cut(fmt::format("… {} more lines", hidden), width));
  }
  std::string fitted;
  for (const std::string& line : lines) fitted += line + "\n";
  return fitted;
}

Screen::Screen(const Console& console) : console_(console) { console_.out << "\x1b[?25l"; }

Screen::~Screen() { console_.out << "\x1b[?25h" << std::flush; }

void Screen::Draw(const std::string& text) {
  const std::string fitted = FitToScreen(text, console_.columns, console_.rows);
  std::string frame;
  if (lines_drawn_ > 0) frame += fmt::format("\x1b[{}A", lines_drawn_);
  lines_drawn_ = 0;
  for (const char letter : fitted) {
    if (letter == '\n') {
      frame += "\x1b[K";  // what a longer line left behind
      ++lines_drawn_;
    }
    frame += letter;
  }
  frame += "\x1b[J";
  console_.out << frame << std::flush;
}

}  // namespace understudy
