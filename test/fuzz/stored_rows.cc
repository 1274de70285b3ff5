// The rows of control.db: arbitrary bytes are refused or read, and what was read is written and
// read as the same. The input is a row's letter and its bytes.
#include "proxy/control/sqlite_codec.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

// Encoding is canonical: what is read writes bytes that read as themselves.
template <typename Decode, typename Encode>
void RequireStable(std::string_view bytes, Decode decode, Encode encode) {
  const auto read = decode(bytes);
  if (!read.ok()) {
    Require(!read.status().message().empty(), "a refusal says why");
    return;
  }
  const std::string written = encode(*read);
  const auto again = decode(written);
  Require(again.ok(), "what was written can be read");
  Require(encode(*again) == written, "what was written reads as it was");
}

void RequireSound(const RolloutState& rollout) {
  Require(rollout.weight_ppm <= kWholePpm, "a weight is a share");
  Require(rollout.stage <= rollout.plan.stages.size(), "a stage is one of the plan's");
  for (const Stage& stage : rollout.plan.stages) {
    Require(stage.weight_ppm <= kWholePpm, "a stage's weight is a share");
  }
  Require(ParsePhase(ToString(rollout.phase)) == rollout.phase, "a phase is a known one");
  for (const Hold hold : rollout.holds.All()) Require(rollout.holds.Has(hold), "holds are known");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const char row = static_cast<char>(input.Byte());
  const std::string_view bytes = input.Rest();
  switch (row) {
    case 'j':
      RequireStable(bytes, DecodeJournalLine, EncodeJournalLine);
      break;
    case 'q':
      RequireStable(bytes, DecodeQuarantine, EncodeQuarantine);
      break;
    case 'c':
      RequireStable(bytes, DecodeRouteControl, EncodeRouteControl);
      break;
    default:
      RequireStable(bytes, DecodeRollout, EncodeRollout);
      if (const auto rollout = DecodeRollout(bytes); rollout.ok()) RequireSound(*rollout);
  }
  return 0;
}
