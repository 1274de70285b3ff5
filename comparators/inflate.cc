// gzip, deflate, br and zstd, each in pieces of 64 KiB into a bounded output.
#include "comparators/inflate.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <limits>
#include <memory>
#include <vector>

#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kRatioFrom = 1u << 20;  // small outputs may be as repetitive as they like
constexpr int kRawDeflate = -MAX_WBITS;
constexpr int kZlib = MAX_WBITS;
constexpr int kGzip = MAX_WBITS + 16;
constexpr int kMaxZstdWindowLog = 23;  // 8 MiB, the most RFC 9659 allows as a content-encoding

const Bytef* ZlibBytes(std::string_view text) {
  return reinterpret_cast<const Bytef*>(text.data());
}

struct ZlibStream {
  explicit ZlibStream(int window_bits) { ok = inflateInit2(&z, window_bits) == Z_OK; }
  ~ZlibStream() {
    if (ok) inflateEnd(&z);
  }
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;
  z_stream z{};
  bool ok = false;
};

// One stream after the other when `members`, as gzip allows.
absl::StatusOr<std::string> Inflate(std::string_view name, int window_bits, bool members,
                                    std::string_view body, const DecodeLimits& limits) {
  BoundedOutput out(name, body.size(), limits);
  if (body.size() > std::numeric_limits<uInt>::max()) return out.Broken("is larger than 4 GiB");
  ZlibStream stream(window_bits);
  if (!stream.ok) return absl::InternalError("zlib could not start");
  stream.z.next_in = const_cast<Bytef*>(ZlibBytes(body));  // zlib only reads it
  stream.z.avail_in = static_cast<uInt>(body.size());
  std::vector<Bytef> piece(kPiece);
  while (true) {
    stream.z.next_out = piece.data();
    stream.z.avail_out = kPiece;
    const int result = inflate(&stream.z, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return out.Broken("is corrupt");
    }
    const std::size_t produced = kPiece - stream.z.avail_out;
    const absl::Status status = out.Append({reinterpret_cast<const char*>(piece.data()), produced});
    if (!status.ok()) return status;
    if (result == Z_STREAM_END) {
      if (stream.z.avail_in == 0) return out.Take();
      if (!members) return out.Broken("has bytes after its end");
      inflateReset(&stream.z);
    } else if (stream.z.avail_in == 0 && produced == 0) {
      return out.Broken("ends too soon");
    }
  }
}

}  // namespace

absl::Status BoundedOutput::Append(std::string_view piece) {
  const std::size_t size = text_.size() + piece.size();
  const bool out_of_ratio = size > kRatioFrom && size / limits_.max_ratio > input_bytes_;
  if (size > limits_.max_bytes || out_of_ratio) {
    return absl::ResourceExhaustedError(
        fmt::format("the {} body of {} bytes grows beyond {} bytes or {} to 1", encoding_,
                    input_bytes_, limits_.max_bytes, limits_.max_ratio));
  }
  text_.append(piece);
  return absl::OkStatus();
}

absl::Status BoundedOutput::Broken(std::string_view what) const {
  return absl::InvalidArgumentError(
      fmt::format("the {} body of {} bytes {}", encoding_, input_bytes_, what));
}

absl::StatusOr<std::string> DecodeGzip(std::string_view body, const DecodeLimits& limits) {
  return Inflate("gzip", kGzip, true, body, limits);
}

absl::StatusOr<std::string> DecodeDeflate(std::string_view body, const DecodeLimits& limits) {
  // RFC 9110 means zlib; many servers send raw deflate. A zlib head is told by its checksum.
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(body[i]); };
  const bool zlib =
      body.size() >= 2 && (byte(0) & 0x0F) == 8 && (byte(0) * 256u + byte(1)) % 31 == 0;
  return Inflate("deflate", zlib ? kZlib : kRawDeflate, false, body, limits);
}

absl::StatusOr<std::string> DecodeBrotli(std::string_view body, const DecodeLimits& limits) {
  BoundedOutput out("br", body.size(), limits);
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  if (state == nullptr) return absl::InternalError("brotli could not start");
  const auto* next_in = reinterpret_cast<const std::uint8_t*>(body.data());
  std::size_t avail_in = body.size();
  std::vector<std::uint8_t> piece(kPiece);
  while (true) {
    std::uint8_t* next_out = piece.data();
    std::size_t avail_out = kPiece;
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(
        state.get(), &avail_in, &next_in, &avail_out, &next_out, nullptr);
    if (result == BROTLI_DECODER_RESULT_ERROR) return out.Broken("is corrupt");
    const absl::Status status =
        out.Append({reinterpret_cast<const char*>(piece.data()), kPiece - avail_out});
    if (!status.ok()) return status;
    if (result == BROTLI_DECODER_RESULT_SUCCESS) {
      return avail_in == 0 ? absl::StatusOr<std::string>(out.Take())
                           : out.Broken("has bytes after its end");
    }
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) return out.Broken("ends too soon");
  }
}

absl::StatusOr<std::string> DecodeZstd(std::string_view body, const DecodeLimits& limits) {
  BoundedOutput out("zstd", body.size(), limits);
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(),
                                                                          &ZSTD_freeDStream);
  if (stream == nullptr) return absl::InternalError("zstd could not start");
  ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  std::vector<char> piece(kPiece);
  while (true) {
    ZSTD_outBuffer buffer{piece.data(), piece.size(), 0};
    // Zero: a frame has ended; the next call starts another.
    const std::size_t wanted = ZSTD_decompressStream(stream.get(), &buffer, &in);
    if (ZSTD_isError(wanted) != 0) return out.Broken("is corrupt");
    if (absl::Status status = out.Append({piece.data(), buffer.pos}); !status.ok()) return status;
    if (in.pos == in.size && buffer.pos < buffer.size) {
      return wanted == 0 ? absl::StatusOr<std::string>(out.Take()) : out.Broken("ends too soon");
    }
    if (wanted == 0 && in.pos == in.size) return out.Take();
  }
}

}  // namespace understudy
