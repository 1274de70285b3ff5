// Reading in pieces, so that a device that never ends is left at the bound.
#include "proxy/cli/read_file.h"

#include <fmt/format.h>

#include <fstream>

#include "proxy/cli/text.h"

namespace understudy {

std::optional<std::string> ReadWholeFile(const std::string& path, std::size_t most_mib,
                                         std::string& fault) {
  const std::size_t most = most_mib << 20;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::string piece(std::size_t{1} << 20, '\0');
  while (file && text.size() <= most) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece, 0, static_cast<std::size_t>(file.gcount()));
  }
  if (file.eof() && text.size() <= most) return text;
  fault =
      fmt::format("cannot read '{}': a file of at most {} MiB is wanted", OneLine(path), most_mib);
  return std::nullopt;
}

}  // namespace understudy
