// Follows a body through its framing without changing a byte: says how far it reaches in what has
// arrived, and refuses malformed chunks. The payload (without chunk framing) can be had on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/model/message.h"

namespace understudy {

class BodyScanner {
 public:
  BodyScanner() = default;
  // `of_request`: trailers that may not follow a body are refused. In answers they are the client's
  // to ignore (RFC 9110 section 6.5.1), and no reason to lose the answer.
  BodyScanner(Framing framing, std::uint64_t content_length, bool of_request = false);

  // Takes bytes that follow what was given before. Returns how many of them belong to the body;
  // fewer than all means that the body is done (or bad). `visit(string_view)` gets each piece of
  // payload.
  template <typename Visit>
  std::size_t Scan(std::string_view bytes, Visit visit);
  std::size_t Scan(std::string_view bytes) {
    return Scan(bytes, [](std::string_view) {});
  }

  bool Done() const { return state_ == State::kDone; }
  bool Bad() const { return state_ == State::kBad; }
  bool UntilClose() const { return framing_ == Framing::kUntilClose; }
  // The trailers of a body that is done, as lines, with the empty one; empty where there were none.
  std::string_view Trailers() const { return trailer_; }
  // Payload bytes seen so far.
  std::uint64_t PayloadBytes() const { return payload_; }

 private:
  enum class State {
    kPayload,    // `remaining_` bytes of payload (of a chunk, or of the whole body)
    kEndless,    // until the connection closes
    kSizeStart,  // first digit of a chunk size
    kSize,
    kExtension,
    kSizeLf,
    kPayloadCr,
    kPayloadLf,
    kTrailer,  // collects trailer lines up to the empty one
    kDone,
    kBad,
  };
  static constexpr std::size_t kMaxExtension = 4096;  // per chunk
  // Over the whole body, beyond twice the payload and 16 bytes for each chunk.
  static constexpr std::uint64_t kMaxExcess = 16384;
  static constexpr std::size_t kMaxTrailer = 16384;

  void Step(char c);
  void EndOfChunkSize();
  // How many of the bytes, up to the end of a line.
  std::size_t TrailerBytes(std::string_view bytes);
  void EndOfTrailerLine();

  Framing framing_ = Framing::kNone;
  bool of_request_ = false;
  State state_ = State::kDone;
  std::uint64_t remaining_ = 0;
  std::uint64_t payload_ = 0;
  int size_digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::uint64_t excess_ = 0;
  std::string trailer_;
};

template <typename Visit>
std::size_t BodyScanner::Scan(std::string_view bytes, Visit visit) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::kDone && state_ != State::kBad) {
    if (state_ == State::kPayload || state_ == State::kEndless) {
      const std::size_t here = bytes.size() - at;
      const std::size_t take = state_ == State::kPayload && remaining_ < here
                                   ? static_cast<std::size_t>(remaining_)
                                   : here;
      visit(bytes.substr(at, take));
      at += take;
      payload_ += take;
      if (state_ == State::kPayload) {
        remaining_ -= take;
        if (remaining_ == 0) {
          state_ = framing_ == Framing::kChunked ? State::kPayloadCr : State::kDone;
        }
      }
    } else if (state_ == State::kTrailer) {
      at += TrailerBytes(bytes.substr(at));
    } else {
      Step(bytes[at]);
      ++at;
    }
  }
  return at;
}

// The payload of a whole body as it lay on the wire; nothing when its chunks are cut short or
// malformed.
// A view of `wire` itself where the framing adds nothing, else of `scratch`.
std::optional<std::string_view> PayloadOf(std::string_view wire, Framing framing,
                                          std::string& scratch);
// The same, with the trailers as lines, as BodyScanner::Trailers() has them.
std::optional<std::string_view> PayloadOf(std::string_view wire, Framing framing,
                                          std::string& scratch, std::string& trailers);

}  // namespace understudy
