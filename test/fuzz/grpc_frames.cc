// gRPC bodies: messages lie in the body one after the other, or the body is refused in words;
// framed anew they are the body; inflating is bounded. The input is an encoding's letter and a
// body.
#include <array>

#include "comparators/grpc/frames.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr DecodeLimits kLimits{.max_bytes = 1u << 16};

bool IsRefusal(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kUnimplemented ||
         code == absl::StatusCode::kResourceExhausted;
}

void RequireSound(const GrpcFrames& frames, std::string_view body) {
  const std::string_view text = frames.Text(body);
  Require(text.size() <= kLimits.max_bytes, "what is inflated is bounded");
  Require(frames.ends.size() == frames.messages.size(), "every message has an end");
  std::uint64_t before = 0;
  std::string again;
  for (std::size_t i = 0; i < frames.messages.size(); ++i) {
    const GrpcFrames::Message& message = frames.messages[i];
    Require(message.at + message.size <= text.size(), "a message lies in the text");
    Require(frames.ends[i] > before && frames.ends[i] <= body.size(), "ends rise");
    before = frames.ends[i];
    AppendGrpcFrame(text.substr(message.at, message.size), again);
  }
  Require(before == body.size(), "the last message ends the body");
  Require(again == text, "framed anew they are the text");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr std::array<std::string_view, 5> kEncodings = {"", "gzip", "deflate", "identity",
                                                          "snappy"};
  Choices input(TextOf(data, size));
  const std::string_view encoding = kEncodings[input.Below(kEncodings.size())];
  const std::string_view body = input.Rest();
  const auto frames = ReadGrpcFrames(body, encoding, kLimits);
  if (frames.ok()) {
    RequireSound(*frames, body);
  } else {
    Require(IsRefusal(frames.status().code()), "a body is refused by one of three codes");
  }
  return 0;
}
