// Every built-in comparator with options from outside: they are refused in words, or the comparator
// keeps to its contract on any pair. The input is a comparator's letter, a content-type's, an
// encoding's, then options, a request, the length of the JSON before binary tensors, and two
// bodies, with a byte 0x1E behind each.
#include <array>

#include "test/fuzz/sound_score.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 8> kTypes = {"",
                                                    "application/json",
                                                    "text/plain; charset=iso-8859-1",
                                                    "application/json; charset=utf-16",
                                                    "text/plain; charset=us-ascii",
                                                    "text/event-stream",
                                                    "application/x-ndjson; charset=UTF-8",
                                                    "text/plain; charset=windows-1252"};
constexpr std::array<std::string_view, 5> kEncodings = {"", "gzip", "deflate", "br", "zstd"};

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr char kEnd = '\x1E';
  Choices input(TextOf(data, size));
  const Builtin& builtin = Builtins()[input.Below(Builtins().size())];
  const std::string_view type = kTypes[input.Below(kTypes.size())];
  const std::string_view encoding = kEncodings[input.Below(kEncodings.size())];
  SuiteSpec spec;
  spec.comparators = {{"it", std::string(builtin.name), std::string(input.Until(kEnd)), "", false}};
  const auto suite = BuildSuite(spec);
  const std::vector<SuiteFault> faults = FindSuiteFaults(spec);
  Require(suite.ok() == faults.empty(), "options are refused for faults");
  if (!suite.ok()) {
    for (const SuiteFault& fault : faults) Require(!fault.message.empty(), "a fault has words");
    return 0;
  }
  const std::string_view request = input.Until(kEnd);
  const std::string_view length = input.Until(kEnd);
  const std::string_view baseline = input.Until(kEnd);
  const std::string_view candidate = input.Until(kEnd);
  std::vector<AnswerHeader> headers;
  if (!type.empty()) headers.push_back({"content-type", type});
  if (!length.empty()) headers.push_back({"inference-header-content-length", length});
  const std::vector<AnswerHeader> plain = headers;
  if (!encoding.empty()) headers.push_back({"content-encoding", encoding});
  RequireSoundScore(**suite,
                    {[&] { return request; }, {200, plain, baseline}, {200, headers, candidate}});
  return 0;
}
