// The single decoders behind decode.h. Pure functions, safe on any thread; errors as there.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/decode.h"

namespace understudy {

// How a decoder grows its output: refuses beyond the limits of one layer.
class BoundedOutput {
 public:
  // `encoding` names the decoder in messages; `input_bytes` is what max_ratio refers to.
  BoundedOutput(std::string_view encoding, std::size_t input_bytes, const DecodeLimits& limits)
      : encoding_(encoding), input_bytes_(input_bytes), limits_(limits) {}

  absl::Status Append(std::string_view piece);
  absl::Status Broken(std::string_view what) const;
  std::string Take() { return std::move(text_); }

 private:
  std::string_view encoding_;
  std::size_t input_bytes_;
  const DecodeLimits& limits_;
  std::string text_;
};

absl::StatusOr<std::string> DecodeGzip(std::string_view body, const DecodeLimits& limits);
absl::StatusOr<std::string> DecodeDeflate(std::string_view body, const DecodeLimits& limits);
absl::StatusOr<std::string> DecodeBrotli(std::string_view body, const DecodeLimits& limits);
absl::StatusOr<std::string> DecodeZstd(std::string_view body, const DecodeLimits& limits);

}  // namespace understudy
