// Where a command prints, and what that place can show.
//
// Threads: used by the command's thread alone. Borrows both streams.
#pragma once

#include <functional>
#include <ostream>

namespace understudy {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;              // `out` is a terminal: redraw in place
  bool color = false;                 // a terminal, and NO_COLOR is not set
  std::function<bool()> reader_left;  // true once nobody reads `out` any more; may be empty
  int columns = 100;
  int rows = 40;
};

}  // namespace understudy
