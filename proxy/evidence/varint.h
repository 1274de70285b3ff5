// Variable-length integers for the evidence's own encoding: seven bits a byte, least first, and
// only the shortest form is read back.
//
// Threads: none of its own. A reader borrows its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

inline void AppendVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// Reads to the first fault and stays there: afterwards every read gives 0 and ok() is false.
class VarintReader {
 public:
  explicit VarintReader(std::string_view text) : text_(text) {}

  std::uint64_t Next() {
    std::uint64_t value = 0;
    for (int shift = 0; ok_ && shift < 64; shift += 7) {
      if (text_.empty()) break;
      const auto byte = static_cast<unsigned char>(text_.front());
      text_.remove_prefix(1);
      const std::uint64_t bits = byte & 0x7f;
      if (shift == 63 && bits > 1) break;
      value |= bits << shift;
      if (byte < 0x80) {
        if (byte == 0 && shift > 0) break;  // not the shortest form
        return value;
      }
    }
    ok_ = false;
    return 0;
  }

  // A value that must not exceed `limit`.
  std::uint64_t NextUpTo(std::uint64_t limit) {
    const std::uint64_t value = Next();
    if (value > limit) ok_ = false;
    return ok_ ? value : 0;
  }

  std::string_view Bytes(std::uint64_t size) {
    if (!ok_ || size > text_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = text_.substr(0, size);
    text_.remove_prefix(size);
    return bytes;
  }

  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  std::size_t remaining() const { return text_.size(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace understudy
