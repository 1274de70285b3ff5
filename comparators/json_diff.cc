// The walk over two JSON documents: scalars, objects and lists.
#include "comparators/json_diff.h"

#include <algorithm>

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxWork = 20'000'000;  // nodes looked at, again and again for sets

// Kinds that can be compared by value.
enum class Family { kNull, kBool, kNumber, kString, kArray, kObject };

Family FamilyOf(JsonValue value) {
  if (value.is_number()) return Family::kNumber;
  if (value.is_bool()) return Family::kBool;
  switch (value.kind()) {
    case JsonKind::kString:
      return Family::kString;
    case JsonKind::kArray:
      return Family::kArray;
    case JsonKind::kObject:
      return Family::kObject;
    default:
      return Family::kNull;
  }
}

}  // namespace

JsonDiff::JsonDiff(const JsonRules& rules, JsonValue baseline, JsonValue candidate,
                   std::string path)
    : rules_(rules), baseline_(baseline), candidate_(candidate), path_(std::move(path)) {
  for (const ArrayRule& rule : rules.array_rules) {
    rule.path.ForEachMatch(baseline.document(), [&](JsonValue value) {
      alignments_.try_emplace(value.index(), &rule.alignment);
    });
  }
}

absl::Status JsonDiff::Run() {
  Values(baseline_, candidate_, true);
  if (work_ > kMaxWork) {
    return absl::ResourceExhaustedError(
        "the arrays compared as sets are too large; align them by a key or as lists");
  }
  return absl::OkStatus();
}

bool JsonDiff::Spend(std::uint64_t steps) {
  work_ += steps;
  return work_ <= kMaxWork;
}

// Recursion is as deep as the documents, which have a bound.
void JsonDiff::Values(JsonValue a, JsonValue b, bool scored) {
  if (a.ignored() || b.ignored() || !Spend(1)) return;
  scored = scored && a.mark() == JsonMark::kScored && b.mark() == JsonMark::kScored;
  const Family family = FamilyOf(a);
  if (family != FamilyOf(b)) {
    Mismatch("type", a, b, std::max(LeafCount(a), LeafCount(b)), scored);
  } else if (family == Family::kObject) {
    Objects(a, b, scored);
  } else if (family == Family::kArray) {
    Arrays(a, b, scored);
  } else {
    Scalars(a, b, scored);
  }
}

void JsonDiff::Scalars(JsonValue a, JsonValue b, bool scored) {
  if (!SameScalar(a, b)) {
    Mismatch("value", a, b, 1, scored);
  } else if (scored) {
    ++counts_.leaves;
  }
}

bool JsonDiff::SameScalar(JsonValue a, JsonValue b) const {
  if (a.is_string()) return a.AsString() == b.AsString();
  if (!a.is_number()) return a.kind() == b.kind();
  if (SameNumber(a, b)) return true;
  if (rules_.exact_integers && a.kind() != JsonKind::kDouble && b.kind() != JsonKind::kDouble) {
    return false;
  }
  const double value = b.AsDouble();
  const double reference = a.AsDouble();
  // Different numbers that meet as doubles: a big one against its neighbour.
  if (value == reference) return rules_.tolerance.rtol > 0 || rules_.tolerance.atol > 0;
  return IsClose(value, reference, rules_.tolerance);
}

void JsonDiff::Objects(JsonValue a, JsonValue b, bool scored) {
  if (a.size() == 0 && b.size() == 0) {
    if (scored) ++counts_.leaves;
    return;
  }
  // Most servers keep the order of members, so the next one is looked at before any table is made.
  absl::flat_hash_map<std::string_view, std::uint32_t> members;
  std::vector<bool> met(b.size(), false);
  std::vector<std::uint32_t> indices;
  std::vector<std::string_view> keys;
  b.ForEachMember([&](std::string_view key, JsonValue value) {
    keys.push_back(key);
    indices.push_back(value.index());
  });
  std::uint32_t next = 0;
  const std::size_t length = path_.size();
  a.ForEachMember([&](std::string_view key, JsonValue value) {
    std::uint32_t position = next;
    if (position >= keys.size() || keys[position] != key) {
      if (members.empty()) {
        for (std::uint32_t i = 0; i < keys.size(); ++i) members.emplace(keys[i], i);
      }
      const auto found = members.find(key);
      position = found == members.end() ? static_cast<std::uint32_t>(keys.size()) : found->second;
    }
    AppendPointerSegment(key, path_);
    if (position == keys.size()) {
      OneSided(value, true, scored);
    } else {
      met[position] = true;
      next = position + 1;
      Values(value, JsonValue(b.document(), indices[position]), scored);
    }
    path_.resize(length);
  });
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (met[i]) continue;
    AppendPointerSegment(keys[i], path_);
    OneSided(JsonValue(b.document(), indices[i]), false, scored);
    path_.resize(length);
  }
}

void JsonDiff::Lists(JsonValue a, JsonValue b, bool scored) {
  const Document& left = a.document();
  const Document& right = b.document();
  const std::uint32_t left_end = left.Next(a.index());
  const std::uint32_t right_end = right.Next(b.index());
  std::uint32_t i = a.index() + 1;
  std::uint32_t j = b.index() + 1;
  const std::size_t length = path_.size();
  for (std::uint64_t position = 0; i < left_end || j < right_end; ++position) {
    fmt::format_to(std::back_inserter(path_), "/{}", position);
    if (i < left_end && j < right_end) {
      Values(JsonValue(left, i), JsonValue(right, j), scored);
    } else if (i < left_end) {
      OneSided(JsonValue(left, i), true, scored);
    } else {
      OneSided(JsonValue(right, j), false, scored);
    }
    path_.resize(length);
    if (i < left_end) i = left.Next(i);
    if (j < right_end) j = right.Next(j);
  }
}

void JsonDiff::Arrays(JsonValue a, JsonValue b, bool scored) {
  if (a.size() == 0 && b.size() == 0) {
    if (scored) ++counts_.leaves;
    return;
  }
  const ArrayAlignment& alignment = AlignmentOf(a);
  switch (alignment.kind) {
    case ArrayAlignment::Kind::kList:
      return Lists(a, b, scored);
    case ArrayAlignment::Kind::kSet:
      return Sets(a, b, scored);
    case ArrayAlignment::Kind::kKeyed:
      return Keyed(a, b, alignment.key, scored);
  }
}

const ArrayAlignment& JsonDiff::AlignmentOf(JsonValue array) const {
  if (alignments_.empty() || &array.document() != &baseline_.document()) return rules_.arrays;
  const auto found = alignments_.find(array.index());
  return found == alignments_.end() ? rules_.arrays : *found->second;
}

void JsonDiff::OneSided(JsonValue value, bool baseline, bool scored) {
  if (value.ignored()) return;
  const std::uint64_t leaves = LeafCount(value);
  Spend(leaves);
  if (scored && value.mark() == JsonMark::kScored) {
    counts_.leaves += leaves;
    counts_.different += leaves;
  }
  if (quiet_) return;
  if (baseline) {
    AddDifference(found_, path_, "missing", value, std::nullopt);
  } else {
    AddDifference(found_, path_, "extra", std::nullopt, value);
  }
}

void JsonDiff::Mismatch(std::string_view kind, JsonValue a, JsonValue b, std::uint64_t leaves,
                        bool scored) {
  if (scored) {
    counts_.leaves += leaves;
    counts_.different += leaves;
  }
  if (!quiet_) AddDifference(found_, path_, kind, a, b);
}

}  // namespace understudy
