// A stable 64-bit hash (FNV-1a) of a sequence of parts: the same in every build, process and run.
// Not for untrusted keys of tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy {

class Fingerprint {
 public:
  // The length goes in too, so that ("ab","c") and ("a","bc") differ.
  void Add(std::string_view part) {
    Add(static_cast<std::uint64_t>(part.size()));
    AddBytes(part.data(), part.size());
  }
  void Add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(static_cast<std::uint8_t>(number >> shift));
  }
  void AddBytes(const void* bytes, std::size_t size) {
    const auto* byte = static_cast<const std::uint8_t*>(bytes);
    for (std::size_t i = 0; i < size; ++i) AddByte(byte[i]);
  }
  std::uint64_t value() const { return value_; }

 private:
  void AddByte(std::uint8_t byte) { value_ = (value_ ^ byte) * 0x100000001b3u; }

  std::uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace understudy
