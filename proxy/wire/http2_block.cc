// Field by field.
#include "proxy/wire/http2_block.h"

#include <algorithm>

#include "proxy/model/grpc.h"
#include "proxy/wire/field_rules.h"
#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

void AppendLine(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Blanks at the ends of what gRPC says are of it, those of a field's value are not.
void AppendMessage(std::string& out, std::string_view name, std::string_view value) {
  const std::size_t leading = std::min(value.find_first_not_of(' '), value.size());
  const std::size_t end = std::max(value.find_last_not_of(' ') + 1, leading);
  out.append(name).append(": ");
  for (std::size_t i = 0; i < leading; ++i) out.append("%20");
  out.append(value.substr(leading, end - leading));
  for (std::size_t i = end; i < value.size(); ++i) out.append("%20");
  out.append("\r\n");
}

// The key proves to a client of HTTP/1.1 that its server means WebSocket; there is none here.
constexpr std::string_view kUpgrade =
    "connection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-key: dW5kZXJzdHVkeSBhc2tzLg==\r\n";

}  // namespace

void Http2Block::Clear() {
  for (std::string* text :
       {&method_, &path_, &authority_, &host_, &protocol_, &lines_, &cookies_, &length_}) {
    text->clear();
  }
  status_ = 0;
  bytes_ = 0;
  fields_ = 0;
  has_length_ = grpc_ = announces_trailers_ = false;
}

void Http2Block::AddPseudo(std::string_view name, std::string_view value) {
  if (name == ":method") {
    method_ = value;
  } else if (name == ":path") {
    path_ = value;
  } else if (name == ":authority") {
    authority_ = value;
  } else if (name == ":protocol") {
    protocol_ = value;
  } else if (name == ":status" && value.size() == 3) {
    status_ = (value[0] - '0') * 100 + (value[1] - '0') * 10 + (value[2] - '0');
  }
}

void Http2Block::Add(std::string_view name, std::string_view value, bool of_trailers) {
  bytes_ += name.size() + value.size() + 32;
  if (TooLarge()) return;
  if (name.starts_with(':')) return AddPseudo(name, value);
  ++fields_;
  if (TooLarge()) return;
  if (of_trailers) {
    if (!IsForbiddenTrailer(name)) AppendLine(lines_, name, value);
    return;
  }
  switch (name.size()) {
    case 4:
      if (name == "host") {
        host_ = value;
        return;
      }
      break;
    case 6:
      if (name == "cookie") {  // may come in pieces (RFC 9113 section 8.2.3)
        if (!cookies_.empty()) cookies_ += "; ";
        cookies_ += value;
        return;
      }
      break;
    case 7:
      announces_trailers_ = announces_trailers_ || name == "trailer";
      break;
    case 12:
      if (name == "grpc-message") return AppendMessage(lines_, name, value);
      grpc_ = grpc_ || (name == "content-type" && IsGrpcType(value));
      break;
    case 14:
      if (name == "content-length") {
        has_length_ = true;
        length_ = value;
        return;
      }
      break;
    default:
      break;
  }
  AppendLine(lines_, name, value);
}

// HTTP/1.1 has trailers behind chunks alone.
void Http2Block::WriteFraming(bool ends) {
  if (has_length_ && (ends || !Chunked())) {
    AppendLine(text_, "content-length", length_);
  } else if (!ends) {
    AppendLine(text_, "transfer-encoding", "chunked");
  }
}

std::uint64_t Http2Block::Length() const { return syntax::ParseDecimal(length_).value_or(0); }

std::string_view Http2Block::RequestHead(bool ends) {
  const std::string& host = authority_.empty() ? host_ : authority_;
  // Extended CONNECT (RFC 8441) is what HTTP/1.1 calls an upgrade.
  const bool websocket = method_ == "CONNECT" && protocol_ == "websocket" && !ends;
  text_.assign(websocket ? "GET" : method_).append(" ");
  text_.append(method_ == "CONNECT" && !websocket ? authority_ : path_).append(" HTTP/1.1\r\n");
  if (!host.empty()) AppendLine(text_, "host", host);
  text_.append(lines_);
  if (websocket) {
    text_.append(kUpgrade);
    return text_.append("\r\n");
  }
  if (!cookies_.empty()) AppendLine(text_, "cookie", cookies_);
  WriteFraming(ends);
  return text_.append("\r\n");
}

std::string_view Http2Block::AnswerHead(bool ends) {
  text_.assign("HTTP/1.1 ").append(std::to_string(status_)).append(" \r\n");
  text_.append(lines_);
  if (status_ >= 200) {
    // Without a length an answer would go on until its connection closes.
    if (ends && !has_length_ && status_ != 204 && status_ != 304) {
      AppendLine(text_, "content-length", "0");
    } else {
      WriteFraming(ends);
    }
  }
  return text_.append("\r\n");
}

}  // namespace understudy
