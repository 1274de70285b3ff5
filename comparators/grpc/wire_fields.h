// The fields of one Protobuf message as they lie on the wire: number, wire type, and a value or
// where its bytes are. Knows no descriptors. Source: Protobuf's "Encoding".
//
// Threads: pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace understudy {

enum class WireType : std::uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroup = 3,  // what stands between its start and its end
  kFixed32 = 5,
};

struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  // A varint's or fixed number's bits; of bytes and groups where they begin in the text below.
  std::uint64_t value = 0;
  std::uint32_t size = 0;  // of bytes and groups

  std::string_view Bytes(std::string_view text) const { return text.substr(value, size); }
};

// A varint at the front of `bytes`, which is taken off; nothing when it is cut or longer.
std::optional<std::uint64_t> TakeVarint(std::string_view& bytes, std::size_t max_bytes = 10);

// Little-endian numbers at the front; the caller has looked that they are there.
std::uint32_t Fixed32At(const char* bytes);
std::uint64_t Fixed64At(const char* bytes);

// The field at the front of `rest`, a part of `text`, which is taken off; nothing when there is
// none.
std::optional<WireField> TakeField(std::string_view text, std::string_view& rest);

enum class FieldScan { kWhole, kMalformed, kTooMany };
// Appends the fields of `message`, a part of `text`, in wire order; no more than `most` of them in
// all.
FieldScan ScanFields(std::string_view text, std::string_view message, std::size_t most,
                     std::vector<WireField>& out);

}  // namespace understudy
