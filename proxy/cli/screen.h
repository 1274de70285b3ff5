// A picture that is redrawn in place on a terminal.
//
// Threads: the command's thread alone. Borrows the console. The cursor is hidden while a Screen
// lives and comes back below the last picture when it ends.
#pragma once

#include <cstddef>
#include <string>

#include "proxy/cli/console.h"

namespace understudy {

// `text` cut to a terminal: lines to `columns`, and to fewer than `rows` lines so that it never
// scrolls. Lines that do not fit are counted in the last one. Pure.
std::string FitToScreen(const std::string& text, int columns, int rows);

class Screen {
 public:
  explicit Screen(const Console& console);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Replaces the picture drawn before.
  void Draw(const std::string& text);

 private:
  const Console& console_;
  std::size_t lines_drawn_ = 0;
};

}  // namespace understudy
