// Reading HTTP/1.1 messages in tests, by a reader of their own: what is tested does not read its
// own output.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/support/socket.h"

namespace understudy {

struct HttpText {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string head;                                         // as on the wire
  std::string body;                                         // without chunk framing
  std::string trailers;                                     // as on the wire
  bool chunked = false;
  bool whole = false;  // ended as its framing says

  int Status() const { return start_line.size() < 12 ? 0 : std::atoi(start_line.c_str() + 9); }
  std::optional<std::string> Field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  std::size_t Count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; }));
  }
};

// Reads messages off a socket; bytes behind one stay for the next.
class HttpReader {
 public:
  explicit HttpReader(const TestSocket& socket) : socket_(socket) {}

  // One message. `bodiless`: it has no body whatever its head says (HEAD, 304). Not whole when the
  // peer closed, reset or fell silent before its end.
  HttpText Read(bool bodiless = false, int milliseconds = TestSocket::kPatienceMs) {
    HttpText message;
    patience_ = milliseconds;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return message;
    }
    message.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    ParseHead(message);
    const bool request = !message.start_line.starts_with("HTTP/");
    const int status = message.Status();
    if (bodiless || (!request && (status < 200 || status == 204 || status == 304))) {
      message.whole = true;
    } else if (message.chunked) {
      message.whole = ReadChunks(message);
    } else if (const auto length = message.Field("content-length")) {
      const std::size_t bytes = std::strtoull(length->c_str(), nullptr, 10);
      while (buffer_.size() < bytes && More()) {
      }
      message.whole = buffer_.size() >= bytes;
      message.body = Take(std::min(bytes, buffer_.size()));
    } else if (request) {
      message.whole = true;
    } else {
      while (More()) {
      }
      message.whole = last_ == TestSocket::Got::kEnd;
      message.body = Take(buffer_.size());
    }
    return message;
  }

  // The head alone; its body stays in front.
  HttpText ReadHead() {
    HttpText message;
    patience_ = TestSocket::kPatienceMs;
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!More()) return message;
    }
    message.head = Take(end + 4);
    ParseHead(message);
    return message;
  }

  // Whatever arrives until the peer ends, or falls silent.
  std::string Rest(int milliseconds = TestSocket::kPatienceMs) {
    patience_ = milliseconds;
    while (More()) {
    }
    return Take(buffer_.size());
  }
  // At least so many bytes, or what came until the patience ran out.
  std::string AtLeast(std::size_t bytes, int milliseconds = TestSocket::kPatienceMs) {
    patience_ = milliseconds;
    while (buffer_.size() < bytes && More()) {
    }
    return Take(buffer_.size());
  }
  bool HasBytes() const { return !buffer_.empty(); }
  // How the last read ended.
  TestSocket::Got Last() const { return last_; }
  // The peer ends the connection, and sends nothing before.
  bool AtEnd(int milliseconds = TestSocket::kPatienceMs) {
    patience_ = milliseconds;
    return buffer_.empty() && !More() &&
           (last_ == TestSocket::Got::kEnd || last_ == TestSocket::Got::kReset);
  }

 private:
  bool More() {
    last_ = socket_.Read(buffer_, patience_);
    return last_ == TestSocket::Got::kBytes;
  }
  std::string Take(std::size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }
  static void ParseHead(HttpText& message) {
    std::string_view rest = message.head;
    bool first = true;
    while (rest.size() > 2) {
      const std::string line(rest.substr(0, rest.find("\r\n")));
      rest.remove_prefix(line.size() + 2);
      if (std::exchange(first, false)) {
        message.start_line = line;
        continue;
      }
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) continue;
      std::string name = line.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const std::size_t value = line.find_first_not_of(" \t", colon + 1);
      message.fields.emplace_back(name, value == std::string::npos ? "" : line.substr(value));
    }
    message.chunked = message.Field("transfer-encoding") == "chunked";
  }
  bool ReadChunks(HttpText& message) {
    while (true) {
      std::size_t line = 0;
      while ((line = buffer_.find("\r\n")) == std::string::npos) {
        if (!More()) return false;
      }
      const std::size_t size = std::strtoull(buffer_.c_str(), nullptr, 16);
      buffer_.erase(0, line + 2);
      if (size == 0) break;
      while (buffer_.size() < size + 2) {
        if (!More()) {
          message.body += buffer_;
          return false;
        }
      }
      message.body += Take(size);
      if (Take(2) != "\r\n") return false;
    }
    while (true) {
      std::size_t line = 0;
      while ((line = buffer_.find("\r\n")) == std::string::npos) {
        if (!More()) return false;
      }
      const std::string trailer = Take(line + 2);
      if (trailer == "\r\n") return true;
      message.trailers += trailer;
    }
  }

  const TestSocket& socket_;
  std::string buffer_;
  int patience_ = TestSocket::kPatienceMs;
  TestSocket::Got last_ = TestSocket::Got::kNothing;
};

}  // namespace understudy
