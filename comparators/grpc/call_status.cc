// Reading grpc-status, grpc-message and binary metadata.
#include "comparators/grpc/call_status.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "comparators/answer_header.h"
#include "comparators/grpc/base64.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kGrpc = "application/grpc";
constexpr std::string_view kStatus = "grpc-status";
constexpr std::string_view kMessage = "grpc-message";

constexpr std::array<std::string_view, 17> kNames{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

std::string_view Trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// What stands behind "application/grpc", or nothing for another type.
std::optional<std::string_view> BehindGrpc(std::string_view content_type) {
  content_type = Trimmed(content_type);
  if (content_type.size() < kGrpc.size() ||
      !SameHeaderName(content_type.substr(0, kGrpc.size()), kGrpc)) {
    return std::nullopt;
  }
  const std::string_view rest = content_type.substr(kGrpc.size());
  const bool ends = rest.empty() || rest[0] == '+' || rest[0] == ';' || rest[0] == ' ';
  return ends ? std::optional(rest) : std::nullopt;
}

bool HasField(std::span<const AnswerHeader> fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(), [name](const AnswerHeader& field) {
    return SameHeaderName(field.name, name);
  });
}

// An answer that is none of gRPC's.
int CodeOfHttp(int status) {
  switch (status) {
    case 400:
      return kGrpcInternal;
    case 401:
      return kGrpcUnauthenticated;
    case 403:
      return kGrpcPermissionDenied;
    case 404:
      return kGrpcUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return kGrpcUnavailable;
    default:
      return kGrpcUnknown;
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// An escape that is none stays as it is.
std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const int high = escape ? HexDigit(text[i + 1]) : -1;
    const int low = escape ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string BinaryValues(std::string_view joined) {
  std::string decoded;
  while (true) {
    const std::size_t comma = std::min(joined.find(','), joined.size());
    const std::string_view one = Trimmed(joined.substr(0, comma));
    decoded += DecodeBase64Text(one).value_or(std::string(one));
    if (comma == joined.size()) return decoded;
    decoded += ',';
    joined.remove_prefix(comma + 1);
  }
}

}  // namespace

bool IsGrpcContentType(std::string_view content_type) {
  return BehindGrpc(content_type).has_value();
}

bool IsProtobufType(std::string_view content_type) {
  const auto rest = BehindGrpc(content_type);
  if (!rest) return false;
  const std::string_view suffix = Trimmed(rest->substr(0, rest->find(';')));
  return suffix.empty() || SameHeaderName(suffix, "+proto");
}

std::string GrpcCodeName(int code) {
  if (code >= 0 && code < static_cast<int>(kNames.size())) {
    return std::string(kNames[static_cast<std::size_t>(code)]);
  }
  return fmt::format("code {}", code);
}

bool IsServerFault(int code) {
  switch (code) {
    case kGrpcOk:
    case kGrpcCancelled:
    case kGrpcInvalidArgument:
    case kGrpcNotFound:
    case kGrpcAlreadyExists:
    case kGrpcPermissionDenied:
    case kGrpcFailedPrecondition:
    case kGrpcAborted:
    case kGrpcOutOfRange:
    case kGrpcUnauthenticated:
      return false;
    default:
      return true;
  }
}

GrpcCallStatus GrpcCallStatusOf(int http_status, std::span<const AnswerHeader> headers,
                                std::span<const AnswerHeader> trailers) {
  const bool in_trailers = HasField(trailers, kStatus);
  const std::span<const AnswerHeader> fields = in_trailers ? trailers : headers;
  if (!HasField(fields, kStatus)) {
    const bool is_grpc =
        http_status == 200 && IsGrpcContentType(HeaderValue(headers, "content-type"));
    if (is_grpc) return {kGrpcUnknown, "the call ended without a grpc-status"};
    return {http_status == 200 ? kGrpcUnknown : CodeOfHttp(http_status),
            fmt::format("HTTP status {} without a grpc-status", http_status)};
  }
  const std::string text = HeaderValue(fields, kStatus);
  const std::string_view digits = Trimmed(text);
  GrpcCallStatus status;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), status.code);
  const bool is_number = error == std::errc() && stop == digits.data() + digits.size();
  if (!is_number || status.code < 0) {
    return {kGrpcUnknown, fmt::format("the grpc-status is \"{}\"", ShownText(digits, 32))};
  }
  status.message = ShownText(PercentDecoded(HeaderValue(fields, kMessage)));
  return status;
}

std::string GrpcMetadata(std::span<const AnswerHeader> headers,
                         std::span<const AnswerHeader> trailers, std::string_view name) {
  const std::string value = HeaderValue(HasField(trailers, name) ? trailers : headers, name);
  if (name == kMessage) return PercentDecoded(value);
  return name.ends_with("-bin") ? BinaryValues(value) : value;
}

}  // namespace understudy
