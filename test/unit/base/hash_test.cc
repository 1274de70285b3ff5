// The hash behind every choice: pinned to its definition, so that replicas and versions agree.
#include "proxy/base/hash.h"

#include <xxhash.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <set>
#include <string>

namespace understudy {
namespace {

std::string LengthAnd(std::string_view part) {
  const std::uint64_t size = part.size();
  std::string out(sizeof size, '\0');
  std::memcpy(out.data(), &size, sizeof size);
  return out.append(part);
}

TEST_CASE("the hash is XXH3 over its parts with their lengths whatever their size") {
  // Short inputs and long ones take two ways, which part at 512 bytes.
  for (std::size_t size = 0; size < 700; ++size) {
    const std::string long_part(size, 'x');
    const std::string all = LengthAnd("salt") + LengthAnd("a") + LengthAnd(long_part);
    INFO(size);
    REQUIRE(H64("salt", {"a", long_part}) == XXH3_64bits(all.data(), all.size()));
  }
}

TEST_CASE("the hash never changes from one version to the next") {
  CHECK(H64("digits", {"alice"}) == 0x79e74eea296a973e);
  CHECK(H64("", {}) == 0xc77b3abb6f87acd9);
}

TEST_CASE("parts that only look alike when joined hash differently") {
  const std::set<std::uint64_t> all = {
      H64("s", {"ab", "c"}), H64("s", {"a", "bc"}), H64("s", {"abc"}),     H64("s", {"abc", ""}),
      H64("s", {"", "abc"}), H64("sa", {"bc"}),     H64("", {"s", "abc"}), H64("s", {})};
  CHECK(all.size() == 8);
}

TEST_CASE("a hash is shown as sixteen lower-case digits") {
  CHECK(HexOf(0).Text() == "0000000000000000");
  CHECK(HexOf(0x79e74eea296a973e).Text() == "79e74eea296a973e");
  CHECK(std::string_view(HexOf(0xab)) == "00000000000000ab");
}

TEST_CASE("the unit interval is reached from its first value to just below one") {
  CHECK(UnitInterval(0) == 0.0);
  CHECK(UnitInterval(~std::uint64_t{0}) < 1.0);
  CHECK(UnitInterval(~std::uint64_t{0}) > 0.999999999999999);
  CHECK(UnitInterval(std::uint64_t{1} << 63) == 0.5);
}

TEST_CASE("hashes of counted keys lie evenly in the unit interval") {
  double sum = 0;
  std::array<int, 16> counts{};
  constexpr int kKeys = 160'000;
  for (int i = 0; i < kKeys; ++i) {
    const double u = UnitInterval(H64("salt", {std::to_string(i)}));
    sum += u;
    ++counts[static_cast<std::size_t>(u * 16)];
  }
  CHECK(std::abs(sum / kKeys - 0.5) < 0.003);  // four standard errors
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 10'000.0) * (count - 10'000.0) / 10'000.0;
  CHECK(chi_square < 37.7);  // 15 degrees of freedom, once in a thousand
}

}  // namespace
}  // namespace understudy
