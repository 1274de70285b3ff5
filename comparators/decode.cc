// Content-encodings, removed from the last to the first.
#include "comparators/decode.h"

#include <algorithm>
#include <vector>

#include "comparators/inflate.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxLayers = 4;

std::string Trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

// Names in the order they were applied, without identity.
std::vector<std::string> Layers(std::string_view encoding) {
  std::vector<std::string> layers;
  while (!encoding.empty()) {
    const std::size_t comma = std::min(encoding.find(','), encoding.size());
    std::string name = Trimmed(encoding.substr(0, comma));
    if (!name.empty() && name != "identity") layers.push_back(std::move(name));
    encoding.remove_prefix(std::min(comma + 1, encoding.size()));
  }
  return layers;
}

absl::StatusOr<std::string> RemoveOne(std::string_view name, std::string_view body,
                                      const DecodeLimits& limits) {
  if (name == "gzip" || name == "x-gzip") return DecodeGzip(body, limits);
  if (name == "deflate") return DecodeDeflate(body, limits);
  if (name == "br") return DecodeBrotli(body, limits);
  if (name == "zstd") return DecodeZstd(body, limits);
  return absl::UnimplementedError(fmt::format(
      "content-encoding \"{}\" is not known; gzip, deflate, br and zstd are", ShownText(name, 64)));
}

}  // namespace

bool IsIdentity(std::string_view encoding) { return Layers(encoding).empty(); }

absl::StatusOr<std::string> RemoveContentEncoding(std::string_view encoding, std::string_view body,
                                                  const DecodeLimits& limits) {
  const std::vector<std::string> layers = Layers(encoding);
  if (layers.size() > kMaxLayers) {
    return absl::UnimplementedError(fmt::format(
        "{} content-encodings on one body; at most {} are read", layers.size(), kMaxLayers));
  }
  if (body.empty()) return std::string();
  if (body.size() > limits.max_bytes) {
    return absl::ResourceExhaustedError(fmt::format(
        "the body has {} bytes; at most {} are compared", body.size(), limits.max_bytes));
  }
  if (layers.empty()) return std::string(body);
  std::string decoded;
  std::string_view rest = body;
  for (auto name = layers.rbegin(); name != layers.rend() && !rest.empty(); ++name) {
    absl::StatusOr<std::string> inner = RemoveOne(*name, rest, limits);
    if (!inner.ok()) return inner.status();
    decoded = *std::move(inner);
    rest = decoded;
  }
  return decoded;
}

}  // namespace understudy
