// The chunked coding (RFC 9112 section 7.1), byte by byte outside the payload.
#include "proxy/wire/body_scanner.h"

#include <algorithm>

#include "proxy/wire/field_rules.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyScanner::BodyScanner(Framing framing, std::uint64_t content_length, bool of_request)
    : framing_(framing), of_request_(of_request) {
  switch (framing) {
    case Framing::kNone:
      state_ = State::kDone;
      break;
    case Framing::kLength:
      remaining_ = content_length;
      state_ = content_length == 0 ? State::kDone : State::kPayload;
      break;
    case Framing::kChunked:
      state_ = State::kSizeStart;
      break;
    case Framing::kUntilClose:
      state_ = State::kEndless;
      break;
  }
}

void BodyScanner::Step(char c) {
  switch (state_) {
    case State::kSizeStart:
    case State::kSize: {
      const int digit = HexDigit(c);
      if (digit >= 0) {
        // 15 digits stay below 2^60; leading zeros count too, as no honest sender has them.
        if (++size_digits_ > 15) {
          state_ = State::kBad;
          return;
        }
        remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
        state_ = State::kSize;
      } else if (state_ == State::kSizeStart) {
        state_ = State::kBad;
      } else if (c == ';') {
        state_ = State::kExtension;
      } else {
        state_ = c == '\r' ? State::kSizeLf : State::kBad;
      }
      return;
    }
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeLf;
      } else if (!syntax::Is(c, syntax::kValue) || ++extension_bytes_ > kMaxExtension) {
        state_ = State::kBad;
      }
      return;
    case State::kSizeLf:
      if (c == '\n') {
        EndOfChunkSize();
      } else {
        state_ = State::kBad;
      }
      return;
    case State::kPayloadCr:
      state_ = c == '\r' ? State::kPayloadLf : State::kBad;
      return;
    case State::kPayloadLf:
      state_ = c == '\n' ? State::kSizeStart : State::kBad;
      size_digits_ = 0;
      return;
    default:
      return;
  }
}

void BodyScanner::EndOfChunkSize() {
  // Extensions may take their share of each chunk; all beyond that adds up.
  const std::uint64_t fair = 16 + 2 * remaining_;
  excess_ = extension_bytes_ + excess_ > fair ? extension_bytes_ + excess_ - fair : 0;
  size_digits_ = 0;
  extension_bytes_ = 0;
  state_ = excess_ > kMaxExcess ? State::kBad : remaining_ == 0 ? State::kTrailer : State::kPayload;
}

std::size_t BodyScanner::TrailerBytes(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  const std::size_t wanted = line == std::string_view::npos ? bytes.size() : line + 1;
  const std::size_t taken = std::min(wanted, kMaxTrailer + 1 - trailer_.size());
  trailer_.append(bytes.substr(0, taken));
  if (trailer_.size() > kMaxTrailer) {
    state_ = State::kBad;
  } else if (trailer_.ends_with('\n')) {
    EndOfTrailerLine();
  }
  return taken;
}

void BodyScanner::EndOfTrailerLine() {
  if (!trailer_.ends_with("\r\n")) {
    state_ = State::kBad;
    return;
  }
  const bool complete = trailer_ == "\r\n" || trailer_.ends_with("\r\n\r\n");
  if (!complete) return;
  if (trailer_.size() == 2) {
    state_ = State::kDone;
    return;
  }
  std::vector<HeaderField> fields;
  bool good = !ParseFields(trailer_, 100, fields).has_value();
  for (const HeaderField& field : fields) {
    good = good && !(of_request_ && IsForbiddenTrailer(field.name));
  }
  state_ = good ? State::kDone : State::kBad;
}

std::optional<std::string_view> PayloadOf(std::string_view wire, Framing framing,
                                          std::string& scratch) {
  std::string trailers;
  return PayloadOf(wire, framing, scratch, trailers);
}

std::optional<std::string_view> PayloadOf(std::string_view wire, Framing framing,
                                          std::string& scratch, std::string& trailers) {
  trailers.clear();
  if (framing != Framing::kChunked) return wire;
  scratch.clear();
  BodyScanner scanner(framing, 0);
  scanner.Scan(wire, [&scratch](std::string_view piece) { scratch.append(piece); });
  if (!scanner.Done()) return std::nullopt;
  trailers = scanner.Trailers();
  return scratch;
}

}  // namespace understudy
