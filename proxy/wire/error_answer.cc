// The texts.
#include "proxy/wire/error_answer.h"

#include <fmt/format.h>

#include "proxy/base/log.h"

namespace understudy {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

std::string ErrorBody(std::string_view reason, std::string_view sentence) {
  return fmt::format("{{\"error\": {}, \"reason\": {}}}\n", JsonQuote(sentence), JsonQuote(reason));
}

}  // namespace understudy
