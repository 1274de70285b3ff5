// The bounds of an assembly.
#include "comparators/streams/assembly_guard.h"

#include "fmt/format.h"

namespace understudy {
namespace {

struct BoundRule {
  std::uint64_t most;
  std::string_view of;
};

// In the order of AssemblyBound.
constexpr std::array<BoundRule, 4> kBounds{{
    {std::uint64_t{64} << 20, "bytes of text"},
    {65'536, "members"},
    {1'024, "choices"},
    {1'024, "tool calls, content blocks or output items"},
}};

}  // namespace

void AssemblyGuard::Refuse(std::string_view what) {
  if (ok()) fault_ = absl::InvalidArgumentError({what.data(), what.size()});
}

void AssemblyGuard::Use(AssemblyBound bound, std::uint64_t amount) {
  const auto place = static_cast<std::size_t>(bound);
  const BoundRule& rule = kBounds[place];
  if (!ok()) return;
  used_[place] += amount;
  if (used_[place] <= rule.most) return;
  fault_ = absl::ResourceExhaustedError(
      fmt::format("the answer has more than {} {}", rule.most, rule.of));
}

}  // namespace understudy
