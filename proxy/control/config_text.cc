// Strict readers of single values.
#include "proxy/control/config_text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace understudy {
namespace {

using Rule = v1::ConfigRule;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// Digits with at most one point between them: no sign, exponent, infinity or hexadecimal.
std::optional<double> ParseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 32 || !IsDigit(text.front()) || !IsDigit(text.back())) {
    return std::nullopt;
  }
  if (!All(text, [](char c) { return IsDigit(c) || c == '.'; })) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  double factor;
};

std::optional<double> ParseWithUnit(std::string_view text, const Unit* units, std::size_t count) {
  const std::size_t at =
      std::min(text.size(), static_cast<std::size_t>(std::distance(
                                text.begin(), std::find_if(text.begin(), text.end(), IsLetter))));
  const std::optional<double> number = ParseDecimal(text.substr(0, at));
  if (!number) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (units[i].name == text.substr(at)) return *number * units[i].factor;
  }
  return std::nullopt;
}

std::optional<double> DurationNanoseconds(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits = {
      {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};
  if (text == "0") return 0;
  return ParseWithUnit(text, kUnits.data(), kUnits.size());
}

std::optional<double> SizeBytes(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits = {{{"", 1},
                                                  {"B", 1},
                                                  {"KiB", 1024},
                                                  {"MiB", 1048576},
                                                  {"GiB", 1073741824},
                                                  {"TiB", 1099511627776.0}}};
  const std::optional<double> bytes = ParseWithUnit(text, kUnits.data(), kUnits.size());
  if (!bytes || *bytes != std::floor(*bytes)) return std::nullopt;
  return bytes;
}

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= 256 && All(text, [](char c) {
    return IsLetter(c) || IsDigit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool IsFieldValue(std::string_view text) {
  if (text.size() > 8192) return false;
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!text.empty() && (blank(text.front()) || blank(text.back()))) return false;
  return All(text, [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && (IsLetter(text[0]) || IsDigit(text[0])) &&
         All(text,
             [](char c) { return IsLetter(c) || IsDigit(c) || c == '-' || c == '_' || c == '.'; });
}

bool IsText(std::string_view text) {
  return !text.empty() && text.size() <= 1024 &&
         All(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

bool IsPath(std::string_view text) {
  return !text.empty() && text.size() <= 4096 && text[0] == '/' &&
         All(text, [](char c) { return c > 0x20 && c < 0x7F && c != '?' && c != '#'; });
}

// RFC 6901: segments after '/', where '~' is followed by 0 or 1. The root itself is no target here.
bool IsPointer(std::string_view text) {
  if (text.size() > 1024 || text.empty() || text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) {
      return false;
    }
  }
  return true;
}

bool IsIp(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  return inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  // Digits and points alone are a mistyped address.
  if (All(host, [](char c) { return IsDigit(c) || c == '.'; })) return IsIp(AF_INET, host);
  bool label_begins = true;
  std::size_t label = 0;
  char last = '.';
  for (const char c : host) {
    if (c == '.') {
      if (label_begins || last == '-') return false;
      label = 0;
    } else if (!IsLetter(c) && !IsDigit(c) && c != '_' && (c != '-' || label_begins)) {
      return false;
    } else if (++label > 63) {
      return false;
    }
    label_begins = c == '.';
    last = c;
  }
  return last != '.' && last != '-';
}

// Splits "host:port" or "[v6]:port". Nothing when it is neither.
std::optional<SocketAddress> SplitAddress(std::string_view text, bool& is_v6) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.size() > 300) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || !All(digits, IsDigit)) return std::nullopt;
  int port = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port > 65535) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_v6) {
    host = host.substr(1, host.size() - 2);
    if (!IsIp(AF_INET6, host)) return std::nullopt;
  }
  return SocketAddress{std::string(host), static_cast<std::uint16_t>(port), std::string(text)};
}

bool IsAuthority(std::string_view text) {
  bool is_v6 = false;
  if (const std::optional<SocketAddress> address = SplitAddress(text, is_v6)) {
    return is_v6 || IsHostName(address->host);
  }
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? IsIp(AF_INET6, text.substr(1, text.size() - 2)) : IsHostName(text);
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  const std::optional<double> ns = DurationNanoseconds(text);
  if (!ns || *ns >= 9.2e18) return std::nullopt;
  return Duration(std::llround(*ns));
}

std::optional<std::uint64_t> ParseSize(std::string_view text) {
  const std::optional<double> bytes = SizeBytes(text);
  if (!bytes || *bytes >= 1.8e19) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

std::optional<double> ParseShare(std::string_view text) {
  if (text.empty() || text.back() != '%') return ParseDecimal(text);
  text.remove_suffix(1);
  const std::optional<double> percent = ParseDecimal(text);
  if (!percent) return std::nullopt;
  return *percent / 100;
}

std::optional<double> ParseRatio(std::string_view text) { return ParseDecimal(text); }

std::optional<SocketAddress> ParseListenAddress(std::string_view text) {
  bool is_v6 = false;
  std::optional<SocketAddress> address = SplitAddress(text, is_v6);
  if (!address || (!is_v6 && !IsIp(AF_INET, address->host))) return std::nullopt;
  return address;
}

std::optional<SocketAddress> ParseEndpoint(std::string_view text) {
  bool is_v6 = false;
  std::optional<SocketAddress> address = SplitAddress(text, is_v6);
  if (!address || address->port == 0 || (!is_v6 && !IsHostName(address->host))) return std::nullopt;
  return address;
}

bool IsLoopback(const SocketAddress& address) {
  in6_addr v6 = {};
  if (inet_pton(AF_INET6, address.host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  in_addr v4 = {};
  return inet_pton(AF_INET, address.host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

bool IsWildcard(const SocketAddress& address) {
  in6_addr v6 = {};
  if (inet_pton(AF_INET6, address.host.c_str(), &v6) == 1) return IN6_IS_ADDR_UNSPECIFIED(&v6);
  in_addr v4 = {};
  return inet_pton(AF_INET, address.host.c_str(), &v4) == 1 && v4.s_addr == 0;
}

bool IsWrittenAs(Rule::Format format, std::string_view text) {
  switch (format) {
    case Rule::TEXT:
      return IsText(text);
    case Rule::NAME:
      return IsName(text);
    case Rule::DURATION:
      return ParseDuration(text).has_value();
    case Rule::SIZE:
      return ParseSize(text).has_value();
    case Rule::SHARE:
      return ParseShare(text).has_value();
    case Rule::RATIO:
      return ParseRatio(text).has_value();
    case Rule::LISTEN_ADDRESS:
      return ParseListenAddress(text).has_value();
    case Rule::ENDPOINT:
      return ParseEndpoint(text).has_value();
    case Rule::HEADER_NAME:
      return IsToken(text);
    case Rule::HEADER_VALUE:
      return IsFieldValue(text);
    case Rule::METHOD:
      return IsToken(text) && All(text, [](char c) { return c < 'a' || c > 'z'; });
    case Rule::PATH:
      return IsPath(text);
    case Rule::JSON_POINTER:
      return IsPointer(text);
    case Rule::PATTERN:
      return text.empty() || text == "**" || IsPointer(text);
    case Rule::AUTHORITY:
      return IsAuthority(text);
    case Rule::ACCESS: {
      const std::optional<double> share = ParseShare(text);
      return text == "all" || text == "errors" || text == "off" || (share && *share <= 1);
    }
    default:
      return true;
  }
}

std::optional<double> Magnitude(Rule::Format format, std::string_view text) {
  if (format == Rule::DURATION) return DurationNanoseconds(text);
  if (format == Rule::SIZE) return SizeBytes(text);
  if (format == Rule::SHARE) return ParseShare(text);
  if (format == Rule::RATIO) return ParseRatio(text);
  return std::nullopt;
}

std::string_view Expected(Rule::Format format) {
  switch (format) {
    case Rule::TEXT:
      return "1 to 1024 characters of text";
    case Rule::NAME:
      return "a name of 1 to 64 letters, digits, '-', '_' or '.'";
    case Rule::DURATION:
      return "a duration such as 250ms, 5s or 10m";
    case Rule::SIZE:
      return "a size such as 512, 64KiB or 8MiB";
    case Rule::SHARE:
      return "a share such as 0.05 or 5%";
    case Rule::RATIO:
      return "a number such as 1.25";
    case Rule::LISTEN_ADDRESS:
      return "an IP address and a port such as 127.0.0.1:8080 or [::1]:8080";
    case Rule::ENDPOINT:
      return "a host and a port such as 127.0.0.1:9001 or model.example:9001";
    case Rule::HEADER_NAME:
      return "a header's name";
    case Rule::HEADER_VALUE:
      return "a header's value without control characters or blanks around it";
    case Rule::METHOD:
      return "a method such as POST";
    case Rule::PATH:
      return "a path that begins with '/' and has no blanks, '?' or '#'";
    case Rule::JSON_POINTER:
      return "a JSON pointer such as /user/id";
    case Rule::PATTERN:
      return "a JSON pointer such as /parameters/elapsed or /items/*/id";
    case Rule::AUTHORITY:
      return "preserve, upstream, or a host with or without a port";
    case Rule::ACCESS:
      return "all, errors, off or a share such as 1%";
    case Rule::JSON_OBJECT:
      return "a mapping";
    default:
      return "text";
  }
}

}  // namespace understudy
