// Path patterns: a set of states walked down the document.
#include "comparators/path_pattern.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxSegments = 60;
constexpr std::size_t kMaxBytes = 1024;

std::optional<std::uint64_t> ReadIndex(std::string_view key) {
  if (key.empty() || (key.size() > 1 && key.front() == '0')) return std::nullopt;
  std::uint64_t index = 0;
  const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || stop != key.data() + key.size()) return std::nullopt;
  return index;
}

}  // namespace

absl::StatusOr<PathPattern> PathPattern::Parse(std::string_view text) {
  const std::optional<std::vector<std::string>> keys = SplitPointer(text);
  if (!keys || text.size() > kMaxBytes || keys->size() > kMaxSegments) {
    return absl::InvalidArgumentError(fmt::format(
        "\"{}\" is not a path: write a JSON pointer such as \"/parameters/elapsed\" or "
        "\"/items/*/id\" of at most {} segments, with \"~0\" for \"~\" and \"~1\" for \"/\"",
        ShownText(text, 128), kMaxSegments));
  }
  PathPattern pattern;
  pattern.text_ = std::string(text);
  for (const std::string& key : *keys) {
    Segment segment;
    segment.key = key;
    segment.index = ReadIndex(key);
    segment.any = key == "*";
    segment.deep = key == "**";
    pattern.segments_.push_back(std::move(segment));
  }
  return pattern;
}

bool PathPattern::covers_root() const {
  if (segments_.size() == 1 && segments_.front().key.empty()) return true;
  return std::all_of(segments_.begin(), segments_.end(),
                     [](const Segment& s) { return s.any || s.deep; });
}

void PathPattern::ForEachMatch(const Document& document,
                               const std::function<void(JsonValue)>& visit) const {
  Walk(document.root(), Close(1), visit);
}

void PathPattern::ForEachPlace(
    const Document& document,
    const std::function<void(const std::string& pointer, JsonValue)>& visit) const {
  std::string pointer;
  WalkPlaces(document.root(), Close(1), pointer, visit);
}

PathPattern::States PathPattern::Close(States states) const {
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].deep && (states >> i & 1) != 0) states |= States{1} << (i + 1);
  }
  return states;
}

PathPattern::States PathPattern::StepKey(States states, std::string_view key) const {
  States next = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if ((states >> i & 1) == 0) continue;
    if (segments_[i].deep) {
      next |= States{1} << i;
    } else if (segments_[i].any || segments_[i].key == key) {
      next |= States{1} << (i + 1);
    }
  }
  return Close(next);
}

PathPattern::States PathPattern::StepIndex(States states, std::uint64_t index) const {
  States next = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if ((states >> i & 1) == 0) continue;
    if (segments_[i].deep) {
      next |= States{1} << i;
    } else if (segments_[i].any || segments_[i].index == index) {
      next |= States{1} << (i + 1);
    }
  }
  return Close(next);
}

ListCover PathPattern::CoverOfList(std::string_view outer, std::uint64_t index,
                                   std::string_view inner) const {
  ListCover cover;
  const auto matched = [&](States states) { return (states >> segments_.size() & 1) != 0; };
  const States root = Close(1);
  const States list = StepKey(root, outer);
  const States entry = StepIndex(list, index);
  const States data = StepKey(entry, inner);
  cover.whole = matched(root) || matched(list) || matched(entry) || matched(data);
  if (cover.whole) return cover;
  std::uint64_t largest = 0;
  for (const Segment& segment : segments_) {
    if (!segment.index) continue;
    largest = std::max(largest, *segment.index);
    if (matched(StepIndex(data, *segment.index))) cover.elements.push_back(*segment.index);
  }
  // An index that no segment names.
  cover.every =
      largest < std::numeric_limits<std::uint64_t>::max() && matched(StepIndex(data, largest + 1));
  return cover;
}

// Recursion is as deep as the document, which has a bound.
void PathPattern::Walk(JsonValue value, States states,
                       const std::function<void(JsonValue)>& visit) const {
  if ((states >> segments_.size() & 1) != 0) {
    visit(value);
    return;
  }
  if (value.is_object()) {
    value.ForEachMember([&](std::string_view key, JsonValue member) {
      if (const States next = StepKey(states, key); next != 0) Walk(member, next, visit);
    });
  } else if (value.is_array()) {
    std::uint64_t index = 0;
    value.ForEachElement([&](JsonValue element) {
      if (const States next = StepIndex(states, index++); next != 0) Walk(element, next, visit);
    });
  }
}

void PathPattern::WalkPlaces(
    JsonValue value, States states, std::string& pointer,
    const std::function<void(const std::string&, JsonValue)>& visit) const {
  if (value.ignored()) return;
  if ((states >> segments_.size() & 1) != 0) {
    visit(pointer, value);
    return;
  }
  const std::size_t here = pointer.size();
  const auto walk = [&](std::string_view key, JsonValue part, States next) {
    if (next == 0) return;
    AppendPointerSegment(key, pointer);
    WalkPlaces(part, next, pointer, visit);
    pointer.resize(here);
  };
  if (value.is_object()) {
    value.ForEachMember(
        [&](std::string_view key, JsonValue member) { walk(key, member, StepKey(states, key)); });
  } else if (value.is_array()) {
    std::uint64_t index = 0;
    value.ForEachElement([&](JsonValue element) {
      walk(std::to_string(index), element, StepIndex(states, index));
      ++index;
    });
  }
}

}  // namespace understudy
