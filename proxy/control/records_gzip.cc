// zlib's file functions, with every fault a status.
#include "proxy/control/records_gzip.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "proxy/base/status.h"

namespace understudy {
namespace {

constexpr std::size_t kChunk = 64u << 10;
// Records are written far more often than read, and sealing shares the writer's thread.
constexpr const char* kWriteMode = "wb3";

struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int Number() const { return number_; }

 private:
  int number_;
};

// False on a fault of either side.
bool Copy(int from, gzFile to) {
  std::array<char, kChunk> chunk;
  while (true) {
    const ssize_t got = ::read(from, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (gzwrite(to, chunk.data(), static_cast<unsigned>(got)) != got) return false;
  }
}

absl::Status Compress(const std::string& from, const std::string& to) {
  const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.Number() < 0) return FileError("read", from);
  const int descriptor = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gzFile out = descriptor < 0 ? nullptr : gzdopen(descriptor, kWriteMode);
  if (out == nullptr) {
    if (descriptor >= 0) ::close(descriptor);
    return FileError("written", to);
  }
  const bool copied = Copy(in.Number(), out);
  const absl::Status status = copied ? absl::OkStatus() : FileError("compressed", from);
  const bool closed = gzclose(out) == Z_OK;  // writes the rest
  if (!copied) return status;
  return closed ? SyncPath(to) : FileError("written", to);
}

}  // namespace

absl::Status FileError(std::string_view what, const std::string& path) {
  return Unavailable(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

absl::Status SyncPath(const std::string& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const bool synced = descriptor.Number() >= 0 && ::fsync(descriptor.Number()) == 0;
  return synced ? absl::OkStatus() : FileError("synced", path);
}

absl::Status CompressFile(const std::string& from, const std::string& to) {
  const absl::Status status = Compress(from, to);
  if (!status.ok()) ::unlink(to.c_str());
  return status;
}

absl::StatusOr<FileText> ReadFileText(const std::string& path, bool gzip, std::size_t max_bytes) {
  errno = 0;
  const std::unique_ptr<gzFile_s, CloseGzip> file(gzopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return errno == ENOENT ? NotFound(path + " is not there") : FileError("read", path);
  }
  FileText out;
  std::array<char, kChunk> chunk;
  while (out.text.size() < max_bytes) {
    const std::size_t room = std::min(chunk.size(), max_bytes - out.text.size());
    const int got = gzread(file.get(), chunk.data(), static_cast<unsigned>(room));
    // What is no gzip passes through zlib as it is.
    const bool foreign = gzip && gzdirect(file.get()) != 0;
    int fault = Z_OK;
    gzerror(file.get(), &fault);
    out.damaged = got < 0 || foreign || fault == Z_BUF_ERROR;
    if (got <= 0 || foreign) break;
    out.text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return out;
}

}  // namespace understudy
