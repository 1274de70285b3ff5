// Removing content-encodings: hostile bytes end in an error or a bounded text, and what was encoded
// comes back. The input is an encoding's letter, a limit's letter and the body.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "comparators/decode.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

// `window_bits` as zlib takes them: 31 gzip, 15 zlib, -15 raw deflate.
std::string Deflated(std::string_view text, int window_bits) {
  z_stream z{};
  Require(deflateInit2(&z, 1, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads it
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  Require(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib");
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string Zstded(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

void RequireBack(std::string_view encoding, const std::string& encoded, std::string_view text) {
  const auto decoded = RemoveContentEncoding(encoding, encoded);
  Require(decoded.ok() && *decoded == text, "what was encoded comes back");
}

void RequireBounded(std::string_view encoding, std::string_view body, const DecodeLimits& limits) {
  const auto decoded = RemoveContentEncoding(encoding, body, limits);
  if (!decoded.ok()) {
    const absl::StatusCode code = decoded.status().code();
    Require(code == absl::StatusCode::kInvalidArgument ||
                code == absl::StatusCode::kResourceExhausted ||
                code == absl::StatusCode::kUnimplemented,
            "a body that cannot be decoded says why");
    Require(!body.empty() || code == absl::StatusCode::kUnimplemented,
            "an empty body decodes to an empty one");
    return;
  }
  Require(IsIdentity(encoding) || decoded->size() <= limits.max_bytes, "the limit is kept");
  Require(!IsIdentity(encoding) || *decoded == body, "identity leaves a body as it is");
  const auto again = RemoveContentEncoding(encoding, body, limits);
  Require(again.ok() && *again == *decoded, "the same bytes decode to the same text");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr std::array<std::string_view, 10> kEncodings = {"gzip",
                                                           "deflate",
                                                           "br",
                                                           "zstd",
                                                           "gzip, br",
                                                           "zstd, deflate",
                                                           "identity, x-gzip",
                                                           "GZIP,,gzip",
                                                           "gzip, gzip, gzip, gzip, gzip",
                                                           "compress"};
  Choices input(TextOf(data, size));
  const std::string_view encoding = kEncodings[input.Below(kEncodings.size())];
  DecodeLimits limits;
  limits.max_bytes = std::size_t{64} << (4 * input.Below(4));
  limits.max_ratio = 2 + 500 * input.Below(4);
  const std::string_view body = input.Rest();
  RequireBounded(encoding, body, limits);
  RequireBack("gzip", Deflated(body, 31), body);
  RequireBack("deflate", Deflated(body, 15), body);
  if (!body.empty()) RequireBack("deflate", Deflated(body, -15), body);
  RequireBack("zstd", Zstded(body), body);
  RequireBack("zstd, gzip", Deflated(Zstded(body), 31), body);
  return 0;
}
