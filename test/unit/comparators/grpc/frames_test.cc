// Cutting gRPC bodies into messages.
#include "comparators/grpc/frames.h"

#include <catch2/catch.hpp>

#include "test/support/encoders.h"

namespace understudy {
namespace {

std::string Frame(std::string_view message, bool compressed = false) {
  std::string frame;
  AppendGrpcFrame(message, frame);
  frame[0] = compressed ? '\1' : '\0';
  return frame;
}

std::vector<std::string> Messages(std::string_view body, std::string_view encoding = "") {
  const auto frames = ReadGrpcFrames(body, encoding);
  INFO(frames.status().ToString());
  REQUIRE(frames.ok());
  std::vector<std::string> messages;
  for (const auto& message : frames->messages) {
    messages.emplace_back(frames->Text(body).substr(message.at, message.size));
  }
  return messages;
}

absl::StatusCode CodeOf(std::string_view body, std::string_view encoding = "",
                        const DecodeLimits& limits = {}) {
  return ReadGrpcFrames(body, encoding, limits).status().code();
}

TEST_CASE("a body is as many messages as it has lengths, none in an empty one") {
  CHECK(Messages("").empty());
  CHECK(Messages(Frame("")) == std::vector<std::string>{""});
  const std::string large(70'000, 'x');
  CHECK(Messages(Frame("one") + Frame("") + Frame(large)) ==
        std::vector<std::string>{"one", "", large});
}

TEST_CASE("where messages end is told in bytes of the body as it came") {
  const std::string body = Frame(Gzipped(std::string(1000, 'a')), true) + Frame("bc");
  const auto frames = ReadGrpcFrames(body, "gzip");
  REQUIRE(frames.ok());
  CHECK(frames->ends == std::vector<std::uint64_t>{body.size() - 7, body.size()});
}

TEST_CASE("a body that breaks off inside a message is malformed, wherever it does") {
  const std::string body = Frame("first") + Frame("second");
  for (std::size_t size = 1; size < body.size(); ++size) {
    if (size == Frame("first").size()) continue;
    INFO(size);
    CHECK(CodeOf(body.substr(0, size)) == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a flag other than 0 and 1 is malformed") {
  std::string body = Frame("x");
  body[0] = '\2';
  CHECK(CodeOf(body) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("compressed messages are inflated one by one, and others beside them left alone") {
  const std::string text(5000, 'm');
  CHECK(Messages(Frame(Gzipped(text), true) + Frame("plain") + Frame(Gzipped("again"), true),
                 "gzip") == std::vector<std::string>{text, "plain", "again"});
  CHECK(Messages(Frame(Deflated(text, 15), true), "deflate") == std::vector<std::string>{text});
  CHECK(Messages(Frame("plain"), "gzip") == std::vector<std::string>{"plain"});
  CHECK(Messages(Frame("plain"), "snappy") == std::vector<std::string>{"plain"});
}

TEST_CASE(
    "a compressed message of an unknown encoding is unsupported, without one it is malformed") {
  CHECK(CodeOf(Frame("??", true), "snappy") == absl::StatusCode::kUnimplemented);
  CHECK(CodeOf(Frame("??", true), "identity") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Frame("??", true)) == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf(Frame("no gzip", true), "gzip") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("inflating is bounded over all messages of a body") {
  const std::string half = Gzipped(std::string(600, 'a'));
  const DecodeLimits limits{.max_bytes = 1000};
  CHECK(CodeOf(Frame(half, true), "gzip", limits) == absl::StatusCode::kOk);
  CHECK(CodeOf(Frame(half, true) + Frame(half, true), "gzip", limits) ==
        absl::StatusCode::kResourceExhausted);
  CHECK(CodeOf(Frame(std::string(2000, 'a')), "", limits) == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace understudy
