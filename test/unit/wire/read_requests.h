// What a connection makes of raw bytes: the requests in them, read as a connection reads them,
// however the bytes are cut into reads.
#pragma once

#include <cstring>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/input_buffer.h"

namespace understudy {

struct SeenRequest {
  int refused = 0;  // the status of the refusal; the connection ends there
  std::string why;
  std::string method, target, path, host;
  int minor_version = -1;
  Framing framing = Framing::kNone;
  std::uint64_t content_length = 0;
  bool keep_alive = false;
  bool expects_continue = false;
  std::vector<std::pair<std::string, std::string>> fields;
  bool whole = false;  // the body's end was seen
  std::string payload;

  bool operator==(const SeenRequest&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const SeenRequest& r) {
  out << "{" << r.refused << " " << r.why << " | " << r.method << " " << r.target << " " << r.host;
  for (const auto& [name, value] : r.fields) out << " | " << name << ": " << value;
  return out << " | " << (r.whole ? "whole" : "cut") << " " << r.payload << "}";
}

// One connection. Give() takes what one read would bring.
class RequestReader {
 public:
  explicit RequestReader(HeadLimits limits = {}) : limits_(limits) {}

  void Give(std::string_view read) {
    while (!read.empty()) {
      const auto room = input_.Prepare();
      const std::size_t take = read.size() < room.size() ? read.size() : room.size();
      std::memcpy(room.data(), read.data(), take);
      input_.Commit(take);
      read.remove_prefix(take);
      while (Step()) {
      }
    }
  }
  const std::vector<SeenRequest>& Seen() const { return seen_; }

 private:
  // False: more bytes are needed, or the connection has ended.
  bool Step() {
    if (ended_ || input_.Empty()) return false;
    return in_body_ ? StepBody() : StepHead();
  }

  bool StepHead() {
    while (scanner_.HeadBytes() == 0 && input_.Bytes().starts_with("\r\n")) input_.Consume(2);
    const std::string_view bytes = input_.Bytes();
    if (bytes.empty() || (bytes == "\r" && !scanner_.SawStartLine())) return false;
    const HeadScanner::State state = scanner_.Scan(bytes, limits_);
    if (state == HeadScanner::State::kNeedMore) return false;
    if (state == HeadScanner::State::kBad) return Refuse(scanner_.Error());
    RequestHead head;
    const std::string_view text = bytes.substr(0, scanner_.HeadBytes());
    if (const auto error = ParseRequestHead(text, limits_, head)) return Refuse(*error);
    Note(head);
    input_.Consume(text.size());
    scanner_.Reset();
    body_ = BodyScanner(head.framing, head.content_length);
    seen_.back().whole = body_.Done();
    in_body_ = !body_.Done();
    return true;
  }

  bool StepBody() {
    const std::size_t taken = body_.Scan(
        input_.Bytes(), [this](std::string_view piece) { seen_.back().payload.append(piece); });
    input_.Consume(taken);
    if (body_.Bad()) {
      ended_ = true;
      seen_.back().refused = 400;
      seen_.back().why = "body";
      // How much of a bad body was passed on before depends on the reads; nothing else does.
      seen_.back().payload.clear();
    }
    if (!body_.Done()) return false;
    seen_.back().whole = true;
    in_body_ = false;
    return true;
  }

  bool Refuse(const HeadError& error) {
    ended_ = true;
    seen_.push_back({error.status, std::string(error.reason)});
    return false;
  }

  void Note(const RequestHead& head) {
    SeenRequest request;
    request.method = head.method;
    request.target = head.target;
    request.path = head.path;
    request.host = head.host;
    request.minor_version = head.minor_version;
    request.framing = head.framing;
    request.content_length = head.content_length;
    request.keep_alive = head.keep_alive;
    request.expects_continue = head.expects_continue;
    for (const HeaderField& field : head.fields) {
      request.fields.emplace_back(field.name, field.value);
    }
    seen_.push_back(std::move(request));
  }

  const HeadLimits limits_;
  InputBuffer input_;
  HeadScanner scanner_;
  BodyScanner body_;
  bool in_body_ = false;
  bool ended_ = false;
  std::vector<SeenRequest> seen_;
};

inline std::vector<SeenRequest> ReadRequests(std::string_view raw, HeadLimits limits = {}) {
  RequestReader reader(limits);
  reader.Give(raw);
  return reader.Seen();
}

// The first request of `raw`; the default one when its head is not whole.
inline SeenRequest ReadRequest(std::string_view raw, HeadLimits limits = {}) {
  const auto seen = ReadRequests(raw, limits);
  return seen.empty() ? SeenRequest() : seen.front();
}

// A raw request and the status of its refusal; 0: it is taken, with its body.
struct Raw {
  int refused;
  std::string bytes;
};

// Control bytes made visible, for messages of failed tests.
inline std::string Visible(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes.substr(0, 400)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      out += c;
    } else if (c == '\n') {
      out += "\\n\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace understudy
