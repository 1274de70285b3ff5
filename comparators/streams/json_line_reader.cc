// Events from the lines of newline-delimited JSON.
#include "comparators/streams/json_line_reader.h"

namespace understudy {

bool JsonLineReader::Next(StreamEvent& event) {
  constexpr std::string_view kSpace = " \t\r";
  StreamLine line;
  while (lines_.Next(line)) {
    const std::size_t first = line.text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) continue;
    const std::size_t last = line.text.find_last_not_of(kSpace);
    event = {{}, line.text.substr(first, last - first + 1), {}, line.end, line.terminated};
    return true;
  }
  return false;
}

}  // namespace understudy
