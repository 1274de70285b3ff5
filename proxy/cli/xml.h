// Text inside XML. Pure.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

// `text` for an XML 1.0 element or a quoted attribute. Control characters become spaces, as XML
// cannot hold them. `text` is UTF-8, as every protobuf string is.
inline std::string EscapeXml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
    }
  }
  return escaped;
}

}  // namespace understudy
