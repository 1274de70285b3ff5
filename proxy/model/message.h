// One message shape for every protocol: a head of views into the bytes it was read from, then body
// bytes, then trailers. Whoever keeps a head keeps its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace understudy {

struct HeaderField {
  std::string_view name;   // case as received
  std::string_view value;  // without surrounding white space
};

// ASCII case-insensitive equality; `lower` is already in lower case.
bool SameLetters(std::string_view name, std::string_view lower);  // of one length
inline bool NameIs(std::string_view name, std::string_view lower) {
  return name.size() == lower.size() && SameLetters(name, lower);
}
// The same, for two names in whatever case.
bool SameName(std::string_view a, std::string_view b);

// The first field of that name, or null.
const HeaderField* FindField(const std::vector<HeaderField>& fields, std::string_view lower);

// How a message's body ends on the wire.
enum class Framing { kNone, kLength, kChunked, kUntilClose };

struct RequestHead {
  std::string_view method;
  std::string_view target;  // origin form: path and query, raw bytes, never normalised
  std::string_view path;    // the target up to '?'
  std::string_view host;    // the Host field, or the authority of an absolute target
  std::vector<HeaderField> fields;
  int minor_version = 1;  // of HTTP/1.x
  Framing framing = Framing::kNone;
  // Of a body with kLength. Of a stream of HTTP/2 that comes as kChunked what it says, or 0.
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool grpc = false;  // by its content type
  // Asks for another protocol that is passed on (WebSocket): after a 101 bytes go both ways.
  bool upgrade = false;
};

struct AnswerHead {
  int status = 0;
  std::string_view reason;
  std::vector<HeaderField> fields;
  int minor_version = 1;
  Framing framing = Framing::kNone;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool retry_after = false;
};

// The same head for a copy of its bytes: views into `bytes` become views of the same places of
// `copy`, which is as long; others (of literals) stay.
RequestHead HeadOfCopy(const RequestHead& head, std::string_view bytes, const char* copy);

// GET, HEAD, OPTIONS, TRACE, PUT, DELETE (RFC 9110 section 9.2.2).
bool IsIdempotentMethod(std::string_view method);

}  // namespace understudy
