// Finds the heads of HTTP/2's frames in a stream of bytes, however it is cut. What the session's
// library passes over in silence is seen here.
//
// Threads: none; a value.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy {

class Http2FrameHeads {
 public:
  static constexpr std::size_t kPrefaceBytes = 24;

  // `skip`: bytes before the first frame.
  explicit Http2FrameHeads(std::size_t skip) : skip_(skip) {}

  // Goes on to the end of the next head, or of the bytes. How far it went.
  std::size_t Scan(std::string_view bytes) {
    if (Found()) size_ = 0;
    std::size_t at = std::min(skip_, bytes.size());
    skip_ -= at;
    const std::size_t take = std::min(kHeadBytes - size_, bytes.size() - at);
    bytes.copy(head_.data() + size_, take, at);
    size_ += take;
    at += take;
    if (Found()) skip_ = Length();
    return at;
  }
  // A head is whole since the last Scan().
  bool Found() const { return size_ == kHeadBytes; }

  static constexpr std::size_t kHeadBytes = 9;
  std::size_t Length() const { return Number(0, 3); }
  std::uint8_t Type() const { return static_cast<std::uint8_t>(head_[3]); }
  std::int32_t Stream() const { return static_cast<std::int32_t>(Number(5, 4) & 0x7fffffff); }

 private:
  std::size_t Number(std::size_t at, std::size_t bytes) const {
    std::size_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      number = number << 8 | static_cast<unsigned char>(head_[at + i]);
    }
    return number;
  }

  std::array<char, kHeadBytes> head_{};
  std::size_t size_ = 0;
  std::size_t skip_;
};

}  // namespace understudy
