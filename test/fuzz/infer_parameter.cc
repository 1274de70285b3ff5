// A parameter of gRPC requests: it is found or not whatever pieces the payload comes in, and what a
// beginning has the whole has, too. The input is the size of the pieces, and a payload.
#include "proxy/routing/infer_parameter.h"

#include <algorithm>

#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::string_view kKey = "id";

bool FoundIn(std::string_view payload, std::size_t piece) {
  InferParameterSearch search(kKey);
  for (std::size_t at = 0; at < payload.size(); at += piece) search.Add(payload.substr(at, piece));
  return search.Found();
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::size_t piece = 1 + input.Byte();
  const std::string_view payload = input.Rest();
  const bool found = FoundIn(payload, std::max<std::size_t>(payload.size(), 1));
  Require(FoundIn(payload, piece) == found, "pieces are the whole");
  const bool early = FoundIn(payload.substr(0, payload.size() / 2), piece);
  Require(found || !early, "what a beginning has the whole has");
  return 0;
}
