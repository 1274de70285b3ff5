// Reading a token.
#include "comparators/judge/token_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxBytes = 8192;

absl::Status Fault(const std::string& path, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("the token file \"{}\" {}", path, what));
}

}  // namespace

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  // Not blocking: somebody may have named a pipe.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return Fault(path, "cannot be opened: " + std::generic_category().message(errno));
  }
  std::array<char, kMaxBytes + 1> bytes;
  const ssize_t got = ::read(file, bytes.data(), bytes.size());
  const int error = errno;
  ::close(file);
  if (got < 0) return Fault(path, "cannot be read: " + std::generic_category().message(error));
  if (static_cast<std::size_t>(got) > kMaxBytes) return Fault(path, "is larger than 8 KiB");
  const std::string_view text(bytes.data(), static_cast<std::size_t>(got));
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return Fault(path, "is empty");
  const std::string_view token = text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
  if (!std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
    return Fault(path, "must hold one line of visible ASCII characters and nothing else");
  }
  return std::string(token);
}

}  // namespace understudy
