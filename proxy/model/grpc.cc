// Tables and small readers.
#include "proxy/model/grpc.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "proxy/model/message.h"

namespace understudy {
namespace {

constexpr int kPrefixBytes = 5;
constexpr int kMostDigits = 8;

struct Unit {
  char letter;
  Duration length;
};
// From the finest on.
constexpr std::array<Unit, 6> kUnits = {{{'n', std::chrono::nanoseconds(1)},
                                         {'u', std::chrono::microseconds(1)},
                                         {'m', std::chrono::milliseconds(1)},
                                         {'S', std::chrono::seconds(1)},
                                         {'M', std::chrono::minutes(1)},
                                         {'H', std::chrono::hours(1)}}};
constexpr Duration kLongest = std::chrono::hours(24 * 365);

}  // namespace

bool IsGrpcTypeAtLength(std::string_view content_type) {
  static constexpr std::string_view kType = "application/grpc";
  // As everybody writes it, or with other letters.
  if (!content_type.starts_with(kType) && !SameName(content_type.substr(0, kType.size()), kType)) {
    return false;
  }
  if (content_type.size() == kType.size()) return true;
  const char next = content_type[kType.size()];
  return next == '+' || next == ';' || next == ' ';
}

bool IsGrpcInfrastructure(std::string_view path) {
  return path.starts_with("/grpc.health.v1.Health/") || path.starts_with("/grpc.reflection.v1");
}

int ParseGrpcStatus(std::string_view value) {
  int code = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), code);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  return whole && code >= 0 ? code : static_cast<int>(GrpcCode::kUnknown);
}

int GrpcStatusOfTrailers(std::string_view lines) {
  static constexpr std::string_view kName = "grpc-status";
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    if (line.size() <= kName.size() || line[kName.size()] != ':') continue;
    if (!NameIs(line.substr(0, kName.size()), kName)) continue;
    line.remove_prefix(kName.size() + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    return ParseGrpcStatus(line);
  }
  return static_cast<int>(GrpcCode::kUnknown);
}

int HttpStatusOfGrpc(int code) {
  // OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS,
  // PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE,
  // UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNAUTHENTICATED
  static constexpr std::array<int, 17> kStatuses = {200, 499, 500, 400, 504, 404, 409, 403, 429,
                                                    400, 409, 400, 501, 500, 503, 500, 401};
  const auto index = static_cast<std::size_t>(code);
  return code >= 0 && index < kStatuses.size() ? kStatuses[index] : 500;
}

GrpcCode GrpcCodeOf(int http_status, std::string_view reason) {
  // Nothing was processed there, and another attempt may do better.
  if (reason == "connect_timeout") return GrpcCode::kUnavailable;
  if (reason == "invalid_answer") return GrpcCode::kInternal;
  switch (http_status) {
    case 404:
    case 501:
      return GrpcCode::kUnimplemented;
    case 408:
    case 504:
      return GrpcCode::kDeadlineExceeded;
    case 413:
    case 431:
      return GrpcCode::kResourceExhausted;
    case 502:
    case 503:
      return GrpcCode::kUnavailable;
    default:
      return GrpcCode::kInternal;
  }
}

std::string PercentEncoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4];
    encoded += kHex[byte & 15];
  }
  return encoded;
}

std::optional<Duration> ParseGrpcTimeout(std::string_view value) {
  if (value.size() < 2 || value.size() > kMostDigits + 1) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : value.substr(0, value.size() - 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  for (const Unit& unit : kUnits) {
    if (unit.letter != value.back()) continue;
    // Eight digits of hours would not fit.
    return number > kLongest / unit.length ? kLongest : number * unit.length;
  }
  return std::nullopt;
}

std::string FormatGrpcTimeout(Duration left) {
  for (const Unit& unit : kUnits) {
    const std::int64_t number = std::max<std::int64_t>(1, left / unit.length);
    if (number < 100'000'000) return std::to_string(number) + unit.letter;
  }
  return "99999999H";
}

void GrpcMessageCounter::Take(std::string_view payload) {
  while (!payload.empty()) {
    if (prefix_ == kPrefixBytes) {
      const std::size_t take = std::min<std::uint64_t>(left_, payload.size());
      payload.remove_prefix(take);
      left_ -= take;
      if (left_ == 0) prefix_ = 0;
      continue;
    }
    if (prefix_ == 0) {
      ++count_;
      left_ = 0;
    } else {
      left_ = left_ << 8 | static_cast<unsigned char>(payload.front());
    }
    payload.remove_prefix(1);
    if (++prefix_ == kPrefixBytes && left_ == 0) prefix_ = 0;
  }
}

}  // namespace understudy
