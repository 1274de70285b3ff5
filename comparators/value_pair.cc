// Aligning values by their places.
#include "comparators/value_pair.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxPlaces = 100'000;
constexpr std::size_t kMaxPaths = 32;

// Puts values side by side in the order in which their places are first seen.
class Aligner {
 public:
  explicit Aligner(std::vector<ValuePair>& pairs) : pairs_(pairs) {}

  void Add(const Document& document, const PathPattern& path,
           std::optional<JsonValue> ValuePair::*side) {
    path.ForEachPlace(document, [&](const std::string& pointer, JsonValue value) {
      if (full_) return;
      const auto [place, fresh] = places_.emplace(pointer, pairs_.size());
      if (fresh) {
        full_ = pairs_.size() == kMaxPlaces;
        if (full_) return;
        pairs_.push_back({pointer, std::nullopt, std::nullopt});
      }
      pairs_[place->second].*side = value;
    });
  }

  bool full() const { return full_; }

 private:
  std::vector<ValuePair>& pairs_;
  absl::flat_hash_map<std::string, std::size_t> places_;
  bool full_ = false;
};

}  // namespace

absl::StatusOr<AlignedValues> AlignValues(const Pair& pair, const std::vector<PathPattern>& paths) {
  AlignedValues out;
  out.decided = CompareErrors(pair);
  if (out.decided) return out;
  if (pair.baseline.document == nullptr) {
    return absl::InvalidArgumentError("the incumbent's body is no JSON");
  }
  if (pair.candidate.document == nullptr) {
    out.decided = WhollyDifferent("the candidate's body is no JSON, the incumbent's is");
    return out;
  }
  Aligner aligner(out.pairs);
  for (const PathPattern& path : paths) {
    aligner.Add(*pair.baseline.document, path, &ValuePair::baseline);
  }
  for (const PathPattern& path : paths) {
    aligner.Add(*pair.candidate.document, path, &ValuePair::candidate);
  }
  if (aligner.full()) {
    return absl::ResourceExhaustedError(
        fmt::format("more than {} values at the paths that are compared", kMaxPlaces));
  }
  return out;
}

absl::Status ReadPaths(const OptionReader& options, std::string_view name,
                       std::vector<PathPattern>& paths) {
  const std::optional<JsonValue> given = options.Find(name);
  if (!given) return absl::OkStatus();
  std::vector<PathPattern> read;
  bool good = given->is_string() || (given->is_array() && given->size() > 0);
  absl::Status status;
  const auto add = [&](JsonValue text) {
    good = good && text.is_string();
    if (!good || !status.ok()) return;
    absl::StatusOr<PathPattern> path = PathPattern::Parse(text.AsString());
    status = path.status();
    if (path.ok()) read.push_back(*std::move(path));
  };
  if (given->is_array()) {
    given->ForEachElement(add);
  } else {
    add(*given);
  }
  if (!good || read.size() > kMaxPaths) {
    return options.Fault(name, fmt::format("must be a path or a list of up to {}", kMaxPaths));
  }
  if (!status.ok()) return options.Fault(name, "must be paths such as \"/outputs/*/text\"");
  paths = std::move(read);
  return absl::OkStatus();
}

}  // namespace understudy
