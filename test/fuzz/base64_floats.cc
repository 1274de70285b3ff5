// Vectors in base64: what is read writes as the same text, everything else is refused.
#include "comparators/base64_floats.h"

#include <algorithm>
#include <cstring>

#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

// RFC 4648, section 4.
std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view input = TextOf(data, size);
  std::vector<double> read = {7};
  if (DecodeBase64Floats(input, read)) {
    std::string bytes;
    bool all_numbers = true;
    for (std::size_t i = 1; i < read.size(); ++i) {
      const auto number = static_cast<float>(read[i]);
      // A signalling NaN does not come back as it was.
      all_numbers = all_numbers && number == number;
      bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    Require(bytes.size() == (read.size() - 1) * sizeof(float) && read[0] == 7, "numbers are added");
    Require(!all_numbers || Base64(bytes) == input, "what is read writes as the same text");
  }
  // The input as the bytes themselves.
  const std::string_view whole = input.substr(0, size / sizeof(float) * sizeof(float));
  std::vector<double> back;
  Require(DecodeBase64Floats(Base64(whole), back), "what is base64 is read");
  Require(back.size() == whole.size() / sizeof(float), "every number of it");
  for (std::size_t i = 0; i < back.size(); ++i) {
    float number = 0;
    std::memcpy(&number, whole.data() + i * sizeof number, sizeof number);
    Require(back[i] == number || (number != number && back[i] != back[i]), "as it was");
  }
  return 0;
}
