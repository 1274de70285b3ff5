// Removing content-encodings: every coding, stacks of them, broken bodies and bombs.
#include "comparators/decode.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "test/support/encoders.h"

namespace understudy {
namespace {

std::string Sample() {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i * 7919 % 1000) + ",";
  return text;
}

std::string Decoded(std::string_view encoding, std::string_view body) {
  const auto decoded = RemoveContentEncoding(encoding, body);
  return decoded.ok() ? *decoded : std::string(decoded.status().message());
}

absl::StatusCode CodeOf(std::string_view encoding, std::string_view body,
                        const DecodeLimits& limits = {}) {
  return RemoveContentEncoding(encoding, body, limits).status().code();
}

struct Coding {
  const char* name;
  std::function<std::string(std::string_view)> encode;
};
const std::vector<Coding>& Codings() {
  static const std::vector<Coding> kCodings{
      {"gzip", Gzipped},
      {"deflate", [](std::string_view t) { return Deflated(t, 15); }},
      {"deflate", [](std::string_view t) { return Deflated(t, -15); }},
      {"br", Brotlied},
      {"zstd", Zstded},
  };
  return kCodings;
}

TEST_CASE("every coding is removed, whatever its case") {
  const std::string sample = Sample();
  for (const Coding& coding : Codings()) {
    INFO(coding.name);
    CHECK((Decoded(coding.name, coding.encode(sample)) == sample));
    CHECK(Decoded(coding.name, coding.encode("x")) == "x");
    CHECK(Decoded(coding.name, coding.encode("")).empty());
  }
  CHECK(Decoded(" GZip ", Gzipped("x")) == "x");
  CHECK(Decoded("x-gzip", Gzipped("x")) == "x");
}

TEST_CASE("identity and no encoding leave the body alone") {
  CHECK(IsIdentity(""));
  CHECK(IsIdentity("identity, Identity"));
  CHECK_FALSE(IsIdentity("gzip"));
  CHECK(Decoded("identity", "body") == "body");
}

TEST_CASE("stacked codings come off from the last to the first") {
  CHECK(Decoded("gzip, br", Brotlied(Gzipped("text"))) == "text");
  CHECK(Decoded("zstd,identity,deflate", Deflated(Zstded("text"), 15)) == "text");
  CHECK(CodeOf("br, gzip", Brotlied(Gzipped("text"))) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("gzip,gzip,gzip,gzip,gzip", "x") == absl::StatusCode::kUnimplemented);
}

TEST_CASE("several gzip members and several zstd frames are one body") {
  CHECK(Decoded("gzip", Gzipped("one ") + Gzipped("two")) == "one two");
  CHECK(Decoded("zstd", Zstded("one ") + Zstded("two")) == "one two");
}

TEST_CASE("an empty body decodes to nothing, as in an answer to HEAD") {
  for (const Coding& coding : Codings()) CHECK(Decoded(coding.name, "").empty());
}

TEST_CASE("a cut or broken body is refused") {
  const std::string sample = Sample();
  for (const Coding& coding : Codings()) {
    INFO(coding.name);
    const std::string encoded = coding.encode(sample);
    for (const std::size_t size : {std::size_t{1}, encoded.size() / 2, encoded.size() - 1}) {
      CHECK(CodeOf(coding.name, encoded.substr(0, size)) == absl::StatusCode::kInvalidArgument);
    }
    CHECK(CodeOf(coding.name, "{\"outputs\":[]}") == absl::StatusCode::kInvalidArgument);
  }
  std::string flipped = Gzipped(sample);
  flipped[flipped.size() / 2] ^= 0x10;
  CHECK(CodeOf("gzip", flipped) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("br", Brotlied("x") + "y") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("deflate", Deflated("x", 15) + "y") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("an unknown coding is named") {
  CHECK(Decoded("compress", "x") ==
        "content-encoding \"compress\" is not known; gzip, deflate, br and zstd are");
  CHECK(CodeOf("compress", "x") == absl::StatusCode::kUnimplemented);
}

TEST_CASE("a body that grows beyond its bounds is refused before it is held") {
  const std::string zeros(10u << 20, '0');
  for (const Coding& coding : Codings()) {
    INFO(coding.name);
    const std::string bomb = coding.encode(zeros);
    CHECK(CodeOf(coding.name, bomb, {.max_bytes = 9u << 20, .max_ratio = 1'000'000'000}) ==
          absl::StatusCode::kResourceExhausted);
    CHECK(CodeOf(coding.name, bomb, {.max_bytes = 10u << 20, .max_ratio = 1'000'000'000}) ==
          absl::StatusCode::kOk);
    CHECK(CodeOf(coding.name, bomb, {.max_bytes = 10u << 20, .max_ratio = 500}) ==
          absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace understudy
