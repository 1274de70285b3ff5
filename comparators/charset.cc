// Charsets of JSON answers, by the tables of the WHATWG Encoding Standard and RFC 2781.
#include "comparators/charset.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

bool IsUtf8Name(std::string_view charset) { return charset == "utf-8" || charset == "utf8"; }

// windows-1252 from 0x80 to 0x9F; 0: not assigned.
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

absl::Status Malformed(std::string_view charset, std::size_t at) {
  return absl::InvalidArgumentError(
      fmt::format("the body is no {} text: byte {} begins no character", charset, at));
}

absl::Status TooLarge(std::size_t max_bytes) {
  return absl::ResourceExhaustedError(
      fmt::format("the body has more than {} bytes as UTF-8", max_bytes));
}

absl::StatusOr<std::string> FromBytes(std::string_view charset, std::string_view text, bool windows,
                                      std::size_t max_bytes) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    std::uint32_t code_point = byte;
    if (windows && byte >= 0x80 && byte < 0xA0) {
      code_point = kWindows1252[byte - 0x80];
      if (code_point == 0) return Malformed(charset, i);
    }
    AppendUtf8(code_point, out);
    if (out.size() > max_bytes) return TooLarge(max_bytes);
  }
  return out;
}

absl::StatusOr<std::string> FromUtf16(std::string_view charset, std::string_view text, bool big,
                                      std::size_t max_bytes) {
  std::string out;
  out.reserve(text.size());
  const auto unit = [&](std::size_t at) -> std::optional<std::uint32_t> {
    if (at + 2 > text.size()) return std::nullopt;
    const auto first = static_cast<std::uint8_t>(text[at]);
    const auto second = static_cast<std::uint8_t>(text[at + 1]);
    return big ? std::uint32_t{first} << 8 | second : std::uint32_t{second} << 8 | first;
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto one = unit(i);
    if (!one || (*one >= 0xDC00 && *one < 0xE000)) return Malformed(charset, i);
    std::uint32_t code_point = *one;
    if (code_point >= 0xD800 && code_point < 0xDC00) {
      const auto low = unit(i + 2);
      if (!low || *low < 0xDC00 || *low >= 0xE000) return Malformed(charset, i);
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*low - 0xDC00);
      i += 2;
    }
    AppendUtf8(code_point, out);
    if (out.size() > max_bytes) return TooLarge(max_bytes);
  }
  return out;
}

}  // namespace

std::string CharsetOf(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(','));  // a second field says nothing
  for (std::size_t at = content_type.find(';'); at < content_type.size();) {
    const std::size_t end = std::min(content_type.find(';', at + 1), content_type.size());
    const std::string_view parameter = content_type.substr(at + 1, end - at - 1);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (Lower(Trimmed(parameter.substr(0, equals))) == "charset" && equals < parameter.size()) {
      std::string_view value = Trimmed(parameter.substr(equals + 1));
      const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
      return Lower(quoted ? value.substr(1, value.size() - 2) : value);
    }
    at = end;
  }
  return {};
}

bool IsPlainCharset(std::string_view charset) {
  return charset.empty() || IsUtf8Name(charset) || charset == "us-ascii" || charset == "ascii";
}

bool IsWellFormed(std::string_view charset, std::string_view text) {
  if (charset.empty()) return true;
  if (!IsUtf8Name(charset)) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
  }
  return IsUtf8Text(text);
}

absl::StatusOr<std::string> ToUtf8(std::string_view charset, std::string_view text,
                                   std::size_t max_bytes) {
  if (charset == "iso-8859-1" || charset == "latin1" || charset == "iso8859-1") {
    return FromBytes(charset, text, false, max_bytes);
  }
  if (charset == "windows-1252" || charset == "cp1252") {
    return FromBytes(charset, text, true, max_bytes);
  }
  if (charset == "utf-16le") return FromUtf16(charset, text, false, max_bytes);
  if (charset == "utf-16be") return FromUtf16(charset, text, true, max_bytes);
  if (charset == "utf-16") {
    const bool little = text.starts_with("\xFF\xFE");
    const bool marked = little || text.starts_with("\xFE\xFF");
    return FromUtf16(charset, marked ? text.substr(2) : text, !little, max_bytes);
  }
  return absl::UnimplementedError(
      fmt::format("charset \"{}\" is not known; utf-8, us-ascii, iso-8859-1, windows-1252 and "
                  "utf-16 are",
                  ShownText(charset, 64)));
}

}  // namespace understudy
