// HTTP/2's frames by hand, for tests of peers that send what no library would.
//
// Threads: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "test/support/socket.h"

namespace understudy::frames {

enum Type { kData, kHeaders, kPriority, kReset, kSettings, kPush, kPing, kGoAway, kWindow, kMore };
constexpr int kEndStream = 1;
constexpr int kEndHeaders = 4;
constexpr int kWhole = kEndStream | kEndHeaders;
constexpr int kAck = 1;

inline std::string Frame(int type, int flags, std::int32_t stream, std::string_view payload = {}) {
  std::string frame;
  const auto byte = [&frame](std::size_t value) { frame += static_cast<char>(value & 0xff); };
  for (const int shift : {16, 8, 0}) byte(payload.size() >> shift);
  byte(static_cast<std::size_t>(type));
  byte(static_cast<std::size_t>(flags));
  for (const int shift : {24, 16, 8, 0}) byte(static_cast<std::size_t>(stream) >> shift);
  return frame.append(payload);
}

inline std::string Many(int times, const std::string& frame) {
  std::string all;
  for (int i = 0; i < times; ++i) all += frame;
  return all;
}

inline const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// "GET http://a/" by HPACK's static table, and ":status: 200", "404".
inline const std::string kGet("\x82\x86\x84\x41\x01\x61", 6);
inline const std::string kOk("\x88", 1);
// ":status: 103", not to be indexed.
inline const std::string kInterim("\x08\x03\x31\x30\x33", 5);
// "b: c", to be indexed.
inline const std::string kField("\x40\x01\x62\x01\x63", 5);
inline const std::string kCancel("\0\0\0\x08", 4);
inline const std::string kOne("\0\0\0\1", 4);
inline const std::string kPingPayload = "12345678";

// A block that begins with `head`, puts one field of 4,000 bytes into the table and names it again
// and again: 48 MB of fields.
inline std::string Bomb(const std::string& head) {
  std::string block = head + std::string("\x40\x01\x62\x7f\xa1\x1e", 6);
  block += std::string(4000, 'x');
  return block + std::string(12000, '\xbe');
}

struct Read {
  int type = -1;  // below zero: there is none
  int flags = 0;
  std::int32_t stream = 0;
  std::string payload;
};

// Reads frames off a socket, behind a client's preface.
class Reader {
 public:
  explicit Reader(const TestSocket& socket, std::size_t skip = 0) : socket_(socket), skip_(skip) {}

  // The next one, within the time.
  Read Next(int milliseconds = TestSocket::kPatienceMs) {
    if (!Fill(skip_, milliseconds)) return {};
    bytes_.erase(0, skip_);
    skip_ = 0;
    if (!Fill(9, milliseconds)) return {};
    const auto at = [this](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
    const std::size_t size = at(0) << 16 | at(1) << 8 | at(2);
    if (!Fill(9 + size, milliseconds)) return {};
    Read read{at(3), at(4), 0, bytes_.substr(9, size)};
    for (std::size_t i = 5; i < 9; ++i) read.stream = read.stream << 8 | at(i);
    bytes_.erase(0, 9 + size);
    return read;
  }
  bool Ended() const { return ended_; }

 private:
  bool Fill(std::size_t bytes, int milliseconds) {
    while (bytes_.size() < bytes && !ended_) {
      const TestSocket::Got got = socket_.Read(bytes_, milliseconds);
      if (got == TestSocket::Got::kNothing) return false;
      ended_ = got != TestSocket::Got::kBytes;
    }
    return bytes_.size() >= bytes;
  }

  const TestSocket& socket_;
  std::size_t skip_;
  std::string bytes_;
  bool ended_ = false;
};

}  // namespace understudy::frames
