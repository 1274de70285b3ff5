// Cutting a body into messages, and inflating them one by one.
#include "comparators/grpc/frames.h"

#include <algorithm>

#include "comparators/inflate.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kPrefix = 5;
constexpr std::size_t kMaxMessages = 1u << 20;

std::size_t LengthAt(std::string_view body, std::size_t at) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) {
    length = length << 8 | static_cast<unsigned char>(body[at + i]);
  }
  return length;
}

// The one name of a grpc-encoding: in lower case, without spaces around it.
std::string NameOf(std::string_view encoding) {
  std::string name;
  for (const char c : encoding) {
    if (c == ' ' || c == '\t') continue;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return name;
}

absl::StatusOr<std::string> Inflate(std::string_view encoding, std::string_view message,
                                    const DecodeLimits& limits) {
  if (encoding == "gzip") return DecodeGzip(message, limits);
  if (encoding == "deflate") return DecodeDeflate(message, limits);
  if (encoding.empty() || encoding == "identity") {
    return absl::InvalidArgumentError("a message is compressed and no grpc-encoding says how");
  }
  return absl::UnimplementedError(fmt::format(
      "grpc-encoding \"{}\" is not known; gzip and deflate are", ShownText(encoding, 64)));
}

absl::Status TooLarge(const DecodeLimits& limits) {
  return absl::ResourceExhaustedError(
      fmt::format("the messages have more than {} bytes together", limits.max_bytes));
}

struct Frame {
  GrpcFrames::Message message;
  bool compressed = false;
};

absl::StatusOr<std::vector<Frame>> Cut(std::string_view body) {
  std::vector<Frame> frames;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t number = frames.size() + 1;
    if (body.size() - at < kPrefix) {
      return absl::InvalidArgumentError(
          fmt::format("the body ends inside the length of message {}", number));
    }
    if (static_cast<unsigned char>(body[at]) > 1) {
      return absl::InvalidArgumentError(
          fmt::format("message {} begins with a byte {} where 0 or 1 must stand", number,
                      static_cast<unsigned char>(body[at])));
    }
    const std::size_t length = LengthAt(body, at);
    if (body.size() - at - kPrefix < length) {
      return absl::InvalidArgumentError(
          fmt::format("message {} has {} bytes, of which {} are there", number, length,
                      body.size() - at - kPrefix));
    }
    if (frames.size() == kMaxMessages) {
      return absl::ResourceExhaustedError(
          fmt::format("more than {} messages in one body", kMaxMessages));
    }
    frames.push_back({{at + kPrefix, length}, body[at] != 0});
    at += kPrefix + length;
  }
  return frames;
}

}  // namespace

void AppendGrpcFrame(std::string_view message, std::string& out) {
  const auto size = static_cast<std::uint32_t>(message.size());
  out += '\0';
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xFF);
  out += message;
}

absl::StatusOr<GrpcFrames> ReadGrpcFrames(std::string_view body, std::string_view encoding,
                                          const DecodeLimits& limits) {
  if (body.size() > limits.max_bytes) return TooLarge(limits);
  const absl::StatusOr<std::vector<Frame>> frames = Cut(body);
  if (!frames.ok()) return frames.status();
  GrpcFrames read;
  const bool plain = std::none_of(frames->begin(), frames->end(),
                                  [](const Frame& frame) { return frame.compressed; });
  const std::string name = NameOf(encoding);
  for (const Frame& frame : *frames) {
    read.ends.push_back(frame.message.at + frame.message.size);
    if (plain) {
      read.messages.push_back(frame.message);
      continue;
    }
    const std::string_view bytes = body.substr(frame.message.at, frame.message.size);
    if (read.inflated.size() + kPrefix > limits.max_bytes) return TooLarge(limits);
    DecodeLimits left = limits;
    left.max_bytes = limits.max_bytes - read.inflated.size() - kPrefix;
    std::string inflated;
    if (frame.compressed) {
      absl::StatusOr<std::string> message = Inflate(name, bytes, left);
      if (!message.ok()) return message.status();
      inflated = *std::move(message);
    }
    const std::string_view message = frame.compressed ? std::string_view(inflated) : bytes;
    if (message.size() > left.max_bytes) return TooLarge(limits);
    read.messages.push_back({read.inflated.size() + kPrefix, message.size()});
    AppendGrpcFrame(message, read.inflated);
  }
  return read;
}

}  // namespace understudy
