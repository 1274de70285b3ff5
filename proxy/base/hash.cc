// XXH3 over length-prefixed parts.
#include "proxy/base/hash.h"

#include <xxhash.h>

#include <array>
#include <cstring>

namespace understudy {

std::uint64_t H64(std::string_view salt, std::initializer_list<std::string_view> parts) {
  // Short inputs are hashed from one buffer: a streaming state costs more than the hash itself.
  std::array<char, 512> buffer;
  std::size_t need = sizeof(std::uint64_t) + salt.size();
  for (std::string_view part : parts) need += sizeof(std::uint64_t) + part.size();
  if (need <= buffer.size()) {
    char* at = buffer.data();
    const auto put = [&at](std::string_view text) {
      const std::uint64_t size = text.size();
      std::memcpy(at, &size, sizeof size);
      if (size != 0) std::memcpy(at + sizeof size, text.data(), size);
      at += sizeof size + size;
    };
    put(salt);
    for (std::string_view part : parts) put(part);
    return XXH3_64bits(buffer.data(), need);
  }
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  const auto put = [state](std::string_view text) {
    const std::uint64_t size = text.size();
    XXH3_64bits_update(state, &size, sizeof size);
    XXH3_64bits_update(state, text.data(), size);
  };
  put(salt);
  for (std::string_view part : parts) put(part);
  const std::uint64_t hash = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return hash;
}

HexText HexOf(std::uint64_t hash) {
  HexText text;
  for (std::size_t i = text.digits.size(); i-- > 0; hash >>= 4) {
    text.digits[i] = "0123456789abcdef"[hash & 15];
  }
  return text;
}

}  // namespace understudy
