// Reading and making the key.
#include "proxy/control/records_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <optional>
#include <random>

#include "proxy/base/log.h"

namespace understudy {
namespace {

constexpr std::size_t kDigits = 16;

std::optional<std::uint64_t> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kDigits, '\0');
  if (!file.read(text.data(), kDigits)) return std::nullopt;
  std::uint64_t key = 0;
  const auto read = std::from_chars(text.data(), text.data() + kDigits, key, 16);
  if (read.ec != std::errc() || read.ptr != text.data() + kDigits) return std::nullopt;
  return key;
}

// Made beside its name and then renamed: a crash leaves no half of a key.
bool Write(const std::string& path, std::uint64_t key) {
  const std::string draft = path + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return false;
  const std::string text = fmt::format("{:016x}\n", key);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  return written && ::rename(draft.c_str(), path.c_str()) == 0;
}

}  // namespace

std::uint64_t DigestKeyOf(const std::string& data_dir) {
  const std::string path = data_dir + "/digest.key";
  if (const auto kept = Read(path)) return *kept;
  std::random_device random;
  const std::uint64_t key = std::uint64_t{random()} << 32 | random();
  if (!Write(path, key)) {
    spdlog::warn(
        "divergence records: {} cannot be written; digests of this run are not comparable "
        "with those of others",
        path);
  }
  return key;
}

}  // namespace understudy
