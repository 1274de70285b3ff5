// The evidence of one candidate on one route: integer sums per window, which is per stage. It knows
// neither clocks nor rollouts: windows are started and samples handed in by its owner.
//
// Threads: one thread owns it. Ownership: a plain value.
// Invariants: sums only grow; ledgers fed with parts of the samples merge to the bits of one fed
// with all of them, once a window's latency baseline is frozen; a sample that is not a number, or
// not of this ledger's shape, is refused whole and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/evidence/window.h"
#include "proxy/model/coverage.h"
#include "proxy/model/sample.h"

namespace understudy {

// One segment rule: the values it tells apart. What is none of them is "other"; a request that says
// nothing is "unknown".
struct SegmentShape {
  std::string name;
  std::vector<std::string> values;
  bool required = true;  // promotion waits for every one of its values

  bool operator==(const SegmentShape&) const = default;
};

// What samples of a route look like. Evidence of another shape is other evidence: its owner starts
// a new ledger when the shape, a version or a margin changes.
struct LedgerShape {
  std::vector<std::string> comparators;  // names, in the order of SampleScore::comparator
  std::vector<std::string> partial;      // of these, who are for some sorts of pairs alone
  std::vector<SegmentShape> segments;    // in the order of Sample::segments
  std::vector<std::string> values;       // names, in the order of SampleValue::rule
  std::vector<bool> times;               // of these, whether it is a time; none where shorter
  std::uint16_t ignore_rules = 0;
  bool control = false;                 // the incumbent is asked twice, so its own noise is known
  bool split_by_request = false;        // each request draws its arm for itself
  Duration warm_up = Duration::zero();  // samples of a window's first moments do not count

  // Slots of a segment rule: its values, then "other", then "unknown".
  std::size_t Slots(std::size_t rule) const { return segments[rule].values.size() + 2; }
  // Index of one slot among those of all rules.
  std::uint32_t Slot(std::size_t rule, std::size_t slot) const;
  std::uint64_t AllSlots() const;
  std::string SlotName(std::size_t rule, std::size_t slot) const;  // "language=de"
  std::optional<std::size_t> FindComparator(std::string_view name) const;
  std::optional<std::size_t> FindValue(std::string_view name) const;
  bool IsTime(std::size_t value) const { return value < times.size() && times[value]; }
  // Whether it can be read back from an encoding: at most 256 comparators, 64 values and 64 segment
  // rules with names of at most 256 bytes, 4,096 slots, 4,096 ignore rules.
  bool Encodable() const;
  bool operator==(const LedgerShape&) const = default;
};

class Ledger {
 public:
  // What encodings of this version begin with.
  static constexpr std::string_view kMagic = "UEL5";
  // Beyond this many, the oldest window keeps its sums but loses its own (fresh) rollback process.
  static constexpr std::size_t kMaxWindows = 64;

  explicit Ledger(LedgerShape shape);

  // Makes `window` the current one. Ids rise: one that is not above the newest is ignored, so that
  // naming the current window again does no harm.
  void StartWindow(std::uint64_t window, WallTime now);

  // Counts the sample in the window it names. False, and counted, when it is refused (a divergence
  // or value that is NaN or outside [0,1], an index beyond the shape, a comparator named twice),
  // stale (a window this ledger does not hold), a retry, or of the window's warm-up.
  bool Add(const Sample& sample);

  // Adds to the current window's counters; false when there is no window yet.
  bool AddCoverage(const Coverage& delta);
  // Adds what the arms served since the last call; false when there is no window yet.
  bool AddServing(const ServingSums& delta);

  // Adds another ledger's sums, window by window. INVALID_ARGUMENT when its shape differs.
  absl::Status Merge(const Ledger& other);

  // Versioned bytes with a checksum; the same ledger always gives the same bytes.
  std::string Encode() const;
  // Reads Encode()'s bytes back. INVALID_ARGUMENT, with what is wrong, for anything else; never
  // takes memory beyond a small multiple of the text's size.
  static absl::StatusOr<Ledger> Decode(std::string_view text);

  const LedgerShape& shape() const { return shape_; }
  // The newest window, nullptr before the first StartWindow. Valid until the next change.
  const WindowSums* Current() const { return windows_.empty() ? nullptr : &windows_.back(); }
  // Oldest first.
  const std::deque<WindowSums>& windows() const { return windows_; }
  // All windows together, those beyond kMaxWindows included.
  WindowSums Total() const;
  std::uint64_t refused() const { return refused_; }
  std::uint64_t stale() const { return stale_; }

  bool operator==(const Ledger&) const = default;

 private:
  WindowSums EmptyWindow() const;
  bool Acceptable(const Sample& sample) const;
  void Count(const Sample& sample, WindowSums& window) const;
  void CountSlots(const Sample& sample, WindowSums& window) const;
  WindowSums* FindWindow(std::uint64_t id);
  // The incumbent's latencies, or times of a value, of the windows before this one.
  SparseCounts IncumbentLatencyBefore(std::uint64_t id) const;
  SparseCounts IncumbentTimesBefore(std::uint64_t id, std::size_t value) const;
  void FoldOldest();

  LedgerShape shape_;
  std::deque<WindowSums> windows_;               // ids rise
  WindowSums folded_;                            // sums of windows no longer kept apart
  std::optional<std::uint64_t> folded_through_;  // the newest id in folded_
  std::uint64_t refused_ = 0;
  std::uint64_t stale_ = 0;
};

}  // namespace understudy
