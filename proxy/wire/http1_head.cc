// Scanning for the end of a head, and what requests and answers have in common: fields and framing.
#include "proxy/wire/http1_head.h"

#include <cstring>

#include "proxy/model/grpc.h"
#include "proxy/wire/http1_framing.h"
#include "proxy/wire/http1_syntax.h"

namespace understudy {

HeadScanner::State HeadScanner::Scan(std::string_view bytes, const HeadLimits& limits) {
  const auto bad = [this](int status, std::string_view reason) {
    error_ = {status, reason};
    return State::kBad;
  };
  if (scanned_ == 0 && !bytes.empty() && !syntax::Is(bytes.front(), syntax::kToken)) {
    return bad(400, "the first byte starts no HTTP message");
  }
  // What lies beyond the limit is not looked at: the verdict must not depend on how much has come.
  bytes = bytes.substr(0, limits.bytes);
  while (scanned_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) {
      scanned_ = bytes.size();
      break;
    }
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (end == line_start_ || bytes[end - 1] != '\r') {
      return bad(400, "a line ends with LF alone");
    }
    scanned_ = end + 1;
    const bool empty = end == line_start_ + 1;
    line_start_ = scanned_;
    if (empty) return State::kFound;
    ++lines_;
    if (lines_ > limits.fields + 1) return bad(431, "too many header fields");
  }
  if (scanned_ >= limits.bytes) {
    return lines_ == 0 ? bad(414, "the request line is too long")
                       : bad(431, "the header fields are too large");
  }
  return State::kNeedMore;
}

std::optional<HeadError> ParseFields(std::string_view lines, int max_fields,
                                     std::vector<HeaderField>& out) {
  while (lines.size() > 2) {
    const char* const begin = lines.data();
    std::size_t colon = 0;
    while (colon < lines.size() && syntax::Is(begin[colon], syntax::kToken)) ++colon;
    const char after_name = colon < lines.size() ? begin[colon] : '\0';
    const bool white_space = after_name == ' ' || after_name == '\t';
    if (colon == 0) {
      return HeadError{400, white_space ? "obsolete line folding" : "a header field has no name"};
    }
    if (after_name != ':') {
      return HeadError{400, white_space ? "white space before the colon of a header field"
                                        : "a byte that is not allowed in a header field's name"};
    }
    const std::size_t end = syntax::EndOfValue(lines, colon + 1);
    if (end + 1 >= lines.size() || begin[end] != '\r' || begin[end + 1] != '\n') {
      return HeadError{400, "a control character in a header field"};
    }
    if (out.size() >= static_cast<std::size_t>(max_fields)) {
      return HeadError{431, "too many header fields"};
    }
    out.push_back(
        {lines.substr(0, colon), syntax::TrimOws(lines.substr(colon + 1, end - colon - 1))});
    lines.remove_prefix(end + 2);
  }
  return std::nullopt;
}

namespace {

// Splits off the start line: its text without CRLF; `lines` keeps the rest.
std::string_view TakeLine(std::string_view& lines) {
  const std::size_t end = lines.find("\r\n");
  const std::string_view line = lines.substr(0, end);
  lines.remove_prefix(end + 2);
  return line;
}

std::optional<HeadError> ParseTarget(std::string_view target, RequestHead& out) {
  if (target.empty() || !syntax::AllAre(target, syntax::kTarget)) {
    return HeadError{400, "a byte that is not allowed in the request target"};
  }
  if (target.front() != '/' && target != "*") {
    // Absolute form: its authority replaces the Host field (RFC 9112 section 3.2.2).
    const std::size_t scheme = target.find("://");
    const std::string_view name = target.substr(0, scheme);
    if (scheme == std::string_view::npos || !(NameIs(name, "http") || NameIs(name, "https"))) {
      return HeadError{400, "the request target is neither a path nor an http URL"};
    }
    const std::string_view rest = target.substr(scheme + 3);
    const std::size_t slash = rest.find_first_of("/?");
    out.host = rest.substr(0, slash);
    if (!syntax::IsHost(out.host)) return HeadError{400, "the request target has no valid host"};
    // Without a path it means the server as a whole for OPTIONS (RFC 9112 section 3.2.4).
    target = slash != std::string_view::npos ? rest.substr(slash)
             : out.method == "OPTIONS"       ? std::string_view("*")
                                             : std::string_view("/");
    if (target.front() == '?') return HeadError{400, "the request target has no path"};
  } else if (target == "*" && out.method != "OPTIONS") {
    return HeadError{400, "the target * is for OPTIONS only"};
  }
  out.target = target;
  out.path = target.substr(0, target.find('?'));
  return std::nullopt;
}

// The minor version of HTTP/1.x; a higher one than 1 is read as 1 (RFC 9110 section 2.5).
std::optional<HeadError> ParseVersion(std::string_view version, int& minor_version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' ||
      !is_digit(version[5]) || !is_digit(version[7])) {
    return HeadError{400, "the request line names no HTTP version"};
  }
  if (version[5] != '1') return HeadError{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  minor_version = version[7] == '0' ? 0 : 1;
  return std::nullopt;
}

// Methods that are not passed on. CONNECT wants a tunnel; TRACE would show a client the credentials
// that are added on the way; OPTIONS may say that it must go no further (RFC 9110 section 7.6.2).
std::optional<HeadError> CheckMethod(const RequestHead& head) {
  if (head.method == "CONNECT") return HeadError{501, "CONNECT is not served"};
  if (head.method == "TRACE") return HeadError{501, "TRACE is not served"};
  if (head.method == "OPTIONS") {
    const HeaderField* hops = FindField(head.fields, "max-forwards");
    if (hops != nullptr && syntax::ParseDecimal(hops->value) == 0u) {
      return HeadError{501, "OPTIONS with Max-Forwards: 0 is not answered here"};
    }
  }
  return std::nullopt;
}

// Clients of gRPC that are given several addresses name them all.
bool NamesSeveral(const RequestHead& head, std::string_view host) {
  const HeaderField* type = FindField(head.fields, "content-type");
  return type != nullptr && IsGrpcType(type->value) && syntax::IsHostList(host);
}

std::optional<HeadError> CheckHost(RequestHead& out) {
  const HeaderField* host = nullptr;
  for (const HeaderField& field : out.fields) {
    if (!NameIs(field.name, "host")) continue;
    if (host != nullptr) return HeadError{400, "more than one Host field"};
    host = &field;
  }
  if (host == nullptr) {
    if (out.minor_version >= 1) return HeadError{400, "the Host field is missing"};
    return std::nullopt;
  }
  if (!syntax::IsHost(host->value) && !NamesSeveral(out, host->value)) {
    return HeadError{400, "the Host field names no host"};
  }
  if (out.host.empty()) out.host = host->value;
  return std::nullopt;
}

}  // namespace

std::optional<HeadError> ParseRequestHead(std::string_view head, const HeadLimits& limits,
                                          RequestHead& out) {
  out.fields.clear();
  out.host = {};
  const std::string_view line = TakeLine(head);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return HeadError{400, "the request line is not METHOD TARGET VERSION"};
  }
  out.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!syntax::IsToken(out.method)) return HeadError{400, "the method is no token"};
  if (auto error = ParseVersion(line.substr(last + 1), out.minor_version)) return error;
  if (auto error = ParseFields(head, limits.fields, out.fields)) return error;
  if (auto error = CheckMethod(out)) return error;
  if (auto error = ParseTarget(target, out)) return error;
  if (auto error = CheckHost(out)) return error;
  return FrameRequest(out);
}

std::optional<HeadError> ParseAnswerHead(std::string_view head, const HeadLimits& limits,
                                         std::string_view request_method, AnswerHead& out) {
  out.fields.clear();
  const std::string_view line = TakeLine(head);
  const HeadError bad_line{502, "the status line is not HTTP/1.x CODE REASON"};
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[7] < '0' || line[7] > '9' ||
      line[8] != ' ' || (line.size() > 12 && line[12] != ' ')) {
    return bad_line;
  }
  const auto status = syntax::ParseDecimal(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599) return bad_line;
  out.status = static_cast<int>(*status);
  out.minor_version = line[7] == '0' ? 0 : 1;
  out.reason = line.size() > 13 ? line.substr(13) : std::string_view();
  if (!syntax::AllAre(out.reason, syntax::kValue) && !out.reason.empty()) return bad_line;
  if (auto error = ParseFields(head, limits.fields, out.fields)) {
    return HeadError{502, error->reason};
  }
  if (auto error = FrameAnswer(request_method, out)) return HeadError{502, error->reason};
  return std::nullopt;
}

}  // namespace understudy
