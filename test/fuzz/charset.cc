// Charsets: whatever bytes and whatever a content-type says end in an error or in UTF-8 within the
// bound. The input is a content-type up to a line feed, a bound's letter, and a text.
#include "comparators/charset.h"

#include "comparators/text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void RequireSound(std::string_view charset, std::string_view text, std::size_t most) {
  const auto utf8 = ToUtf8(charset, text, most);
  if (utf8.ok()) {
    Require(utf8->size() <= most, "the bound is kept");
    Require(IsUtf8(*utf8), "what comes out is UTF-8");
    const auto plenty = ToUtf8(charset, text, 4 * most);
    Require(plenty.ok() && *plenty == *utf8, "a higher bound changes nothing");
    return;
  }
  const absl::StatusCode code = utf8.status().code();
  Require(code == absl::StatusCode::kInvalidArgument ||
              code == absl::StatusCode::kResourceExhausted ||
              code == absl::StatusCode::kUnimplemented,
          "a text that cannot be read says why");
  Require(!utf8.status().message().empty(), "in words");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::string charset = CharsetOf(input.Until('\n'));
  const std::size_t most = std::size_t{16} << (3 * input.Below(5));
  const std::string_view text = input.Rest();
  if (IsPlainCharset(charset)) {
    Require(charset.empty() || !IsWellFormed(charset, text) || IsUtf8(text),
            "what is well-formed is UTF-8");
  } else {
    RequireSound(charset, text, most);
  }
  return 0;
}
