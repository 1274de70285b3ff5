// Formats, one by one.
#include "proxy/control/config_format.h"

#include <algorithm>
#include <chrono>

#include "proxy/control/config_text.h"

namespace understudy {
namespace {

using Rule = v1::ConfigRule;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <typename Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
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

// A day that there is, as "2026-12-31"; texts of this form sort as days do.
bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto number = [text](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = IsDigit(c) ? value * 10 + (c - '0') : 10'000;
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  return year >= 1970 && year <= 9999 && month <= 12 && day <= 31 &&
         std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
             .ok();
}

}  // namespace

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
    case Rule::DATE:
      return IsDate(text);
    case Rule::ACCESS: {
      const std::optional<double> share = ParseShare(text);
      return text == "all" || text == "errors" || text == "off" || (share && *share <= 1);
    }
    default:
      return true;
  }
}

std::optional<double> Magnitude(Rule::Format format, std::string_view text) {
  if (format == Rule::SHARE) return ParseShare(text);
  if (format == Rule::RATIO) return ParseRatio(text);
  if (format == Rule::DURATION) {
    if (const std::optional<Duration> duration = ParseDuration(text)) {
      return static_cast<double>(duration->count());
    }
  }
  if (format == Rule::SIZE) {
    if (const std::optional<std::uint64_t> size = ParseSize(text)) {
      return static_cast<double>(*size);
    }
  }
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
    case Rule::DATE:
      return "a day such as 2026-12-31";
    case Rule::ACCESS:
      return "all, errors, off or a share such as 1%";
    case Rule::JSON_OBJECT:
      return "a mapping";
    default:
      return "text";
  }
}

}  // namespace understudy
