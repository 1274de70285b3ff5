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

bool IsAuthority(std::string_view text) {
  bool is_v6 = false;
  if (const std::optional<SocketAddress> address = SplitAddress(text, is_v6)) {
    return is_v6 || IsHostName(address->host);
  }
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? IsIp(AF_INET6, text.substr(1, text.size() - 2)) : IsHostName(text);
}

}  // namespace understudy
