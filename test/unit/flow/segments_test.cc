// Which slot of each segment rule a request falls into.
#include "proxy/flow/segments.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

RequestHead HeadWith(std::string_view name, std::string_view value) {
  RequestHead head;
  head.fields.push_back({name, value});
  return head;
}

std::uint16_t SlotIn(const SegmentRule& rule, std::string_view body,
                     const RequestHead& head = RequestHead()) {
  return SegmentsOf(
      {rule}, head, [body] { return body; }, [body] { return body; })[0];
}

TEST_CASE("a header's value is one of the rule's, other, or unknown where there is none") {
  const SegmentRule rule{.name = "language", .key = "x-lang", .values = {"en", "de"}};
  CHECK(SlotIn(rule, "", HeadWith("X-Lang", "de")) == 1);
  CHECK(SlotIn(rule, "", HeadWith("X-Lang", "fr")) == 2);
  CHECK(SlotIn(rule, "", HeadWith("X-Other", "de")) == 3);
  CHECK(SlotName(rule, 1) == "language=de");
  CHECK(SlotName(rule, 2) == "language=other");
  CHECK(SlotName(rule, 3) == "language=unknown");
}

TEST_CASE("a place in the body counts by its text, numbers as they are written") {
  const SegmentRule rule{
      .name = "tenant", .source = SegmentSource::kJson, .key = "/tenant", .values = {"a", "7"}};
  CHECK(SlotIn(rule, "{\"tenant\": \"a\"}") == 0);
  CHECK(SlotIn(rule, "{\"tenant\": 7}") == 1);
  CHECK(SlotIn(rule, "{\"tenant\": \"b\"}") == 2);
  CHECK(SlotIn(rule, "{\"tenant\": null}") == 3);
  CHECK(SlotIn(rule, "no json") == 3);
}

TEST_CASE("bands are open below their first edge and hold their lower edge") {
  const SegmentRule size{.name = "size",
                         .source = SegmentSource::kBodySize,
                         .values = {"<4", "4-8", ">=8"},
                         .edges = {4, 8}};
  CHECK(SlotIn(size, "") == 0);
  CHECK(SlotIn(size, "abc") == 0);
  CHECK(SlotIn(size, "abcd") == 1);
  CHECK(SlotIn(size, "abcdefgh") == 2);
}

TEST_CASE("lengths are of characters, not bytes") {
  const SegmentRule length{.name = "prompt",
                           .source = SegmentSource::kTextLength,
                           .key = "/prompt",
                           .values = {"<3", ">=3"},
                           .edges = {3}};
  CHECK(SlotIn(length, "{\"prompt\": \"\xc3\xa4\xc3\xb6\"}") == 0);
  CHECK(SlotIn(length, "{\"prompt\": \"abc\"}") == 1);
  CHECK(SlotIn(length, "{\"prompt\": 5}") == 3);
}

TEST_CASE("slots of header rules are counted over all rules, and others are passed over") {
  const std::vector<SegmentRule> rules = {
      {.name = "size", .source = SegmentSource::kBodySize, .values = {"<4", ">=4"}, .edges = {4}},
      {.name = "language", .key = "x-lang", .values = {"en", "de"}}};
  std::vector<std::size_t> slots;
  ForEachHeaderSlot(rules, HeadWith("x-lang", "de"),
                    [&](std::size_t slot) { slots.push_back(slot); });
  CHECK(slots == std::vector<std::size_t>{5});
}

}  // namespace
}  // namespace understudy
