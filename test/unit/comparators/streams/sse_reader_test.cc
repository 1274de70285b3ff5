// Server-sent events: the rules of the standard, whatever the cuts.
#include "comparators/streams/sse_reader.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace understudy {
namespace {

struct OwnedEvent {
  std::string type, data, id;
  std::uint64_t end = 0;
  bool terminated = true;
  bool operator==(const OwnedEvent&) const = default;
};

void Drain(EventReader& reader, std::vector<OwnedEvent>& events) {
  StreamEvent event;
  while (reader.Next(event)) {
    events.push_back({std::string(event.type), std::string(event.data), std::string(event.id),
                      event.end, event.terminated});
  }
}

// All events, with the bytes cut before each of `cuts`.
std::vector<OwnedEvent> Read(std::string_view bytes, const std::vector<std::size_t>& cuts = {},
                             const SseOptions& options = {}) {
  SseReader reader(options);
  std::vector<OwnedEvent> events;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t to = i < cuts.size() ? cuts[i] : bytes.size();
    // A copy that is gone after the call: what the reader keeps must be its own.
    const std::string piece(bytes.substr(from, to - from));
    reader.Feed(piece);
    Drain(reader, events);
    from = to;
  }
  reader.Finish();
  Drain(reader, events);
  return events;
}

std::vector<std::string> DataOf(std::string_view bytes) {
  std::vector<std::string> data;
  for (const OwnedEvent& event : Read(bytes)) data.push_back(event.data);
  return data;
}

using Texts = std::vector<std::string>;

TEST_CASE("an event is the lines up to a blank one") {
  CHECK(DataOf("data: one\n\ndata: two\n\n") == Texts{"one", "two"});
  CHECK(DataOf("data: first\ndata: second\n\n") == Texts{"first\nsecond"});
  CHECK(DataOf("data\n\ndata\ndata\n\ndata:\n\n") == Texts{"", "\n", ""});
  CHECK(DataOf("data:tight\n\ndata:  wide\n\n") == Texts{"tight", " wide"});
  CHECK(DataOf("\n\n\ndata: x\n\n\n\n") == Texts{"x"});
}

TEST_CASE("lines end in LF, CR or CRLF, also mixed") {
  CHECK(DataOf("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n") == Texts{"a\nb", "c"});
  CHECK(DataOf("data: a\rdata: b\r\rdata: c\r\r") == Texts{"a\nb", "c"});
  CHECK(DataOf("data: a\rdata: b\ndata: c\r\n\ndata: d\n\r") == Texts{"a\nb\nc", "d"});
}

TEST_CASE("comments and unknown fields are passed over, and fields without data are no event") {
  CHECK(DataOf(": ping\n\n:\n\ndata: x\n: inside\nother: y\n\n") == Texts{"x"});
  CHECK(Read("event: lonely\n\n").empty());
  CHECK(Read("event: lonely\n\ndata: x\n\n").at(0).type.empty());
  CHECK(DataOf("Data: x\n\n data: y\n\n").empty());
}

TEST_CASE("an event has its type, the last id and the retry time") {
  const auto events = Read("event: add\nid: 7\ndata: x\n\ndata: y\n\nid\nevent:\ndata: z\n\n");
  REQUIRE(events.size() == 3);
  CHECK(events[0].type == "add");
  CHECK(events[0].id == "7");
  CHECK(events[1].type.empty());
  CHECK(events[1].id == "7");
  CHECK(events[2].id.empty());
  CHECK(Read(std::string("id: a\nid: b\0c\ndata: x\n\n", 22)).at(0).id == "a");

  SseReader reader;
  StreamEvent event;
  reader.Feed("retry: 10x\nretry: -1\n");
  CHECK_FALSE(reader.Next(event));
  CHECK_FALSE(reader.retry());
  reader.Feed("retry: 3000\n");
  CHECK_FALSE(reader.Next(event));
  CHECK(reader.retry() == 3000u);
}

TEST_CASE("a byte order mark before the first line is no part of it") {
  CHECK(DataOf("\xEF\xBB\xBF"
               "data: x\n\n") == Texts{"x"});
  CHECK(DataOf("\xEF\xBB\xBF\xEF\xBB\xBF"
               "data: x\n\ndata: y\n\n") == Texts{"y"});
  CHECK(DataOf("data: x\n\n\xEF\xBB\xBF"
               "data: y\n\n") == Texts{"x"});
}

TEST_CASE("an event at the end of the stream needs no blank line unless the standard is wanted") {
  for (const std::string_view bytes : {"data: a\n\ndata: b", "data: a\n\ndata: b\n"}) {
    const auto events = Read(bytes);
    REQUIRE(events.size() == 2);
    CHECK(events[0].terminated);
    CHECK(events[1].data == "b");
    CHECK_FALSE(events[1].terminated);
    CHECK(events[1].end == bytes.size());
    CHECK(Read(bytes, {}, {.deliver_last = false}).size() == 1);
  }
  CHECK(Read("data: a\n\nevent: end\n").size() == 1);
}

TEST_CASE("an event is complete with the byte that makes its blank line") {
  CHECK(Read("data: a\n\n: c\n\ndata: b\n\n").at(0).end == 9);
  CHECK(Read("data: a\n\n: c\n\ndata: b\n\n").at(1).end == 23);
  CHECK(Read("data: a\r\n\r\n").at(0).end == 10);  // the LF of the CRLF is not waited for
}

TEST_CASE("an event or a line above the bound is an error, and there are no events after it") {
  for (const std::string_view bytes :
       {"data: ok\n\ndata: 0123456789012345\n\ndata: x\n\n", "data: ok\n\n:012345678901234567890",
        "data: ok\n\ndata: 0123456\ndata: 0123456\ndata: 0123456\n\n"}) {
    for (const std::size_t cut : {std::size_t{0}, std::size_t{20}}) {
      SseReader reader({.max_event_bytes = 20});
      std::vector<OwnedEvent> events;
      reader.Feed(bytes.substr(0, cut));
      Drain(reader, events);
      reader.Feed(bytes.substr(cut));
      Drain(reader, events);
      reader.Finish();
      Drain(reader, events);
      INFO(bytes);
      CHECK(events.size() == 1);
      CHECK(reader.status().code() == absl::StatusCode::kResourceExhausted);
    }
  }
}

const std::string kMixed =
    "\xEF\xBB\xBF: start\r\n\r\nevent: add\rdata: caf\xC3\xA9 \xF0\x9F\x98\x80\rdata: more\r\r"
    "id: 1\ndata: {\"a\":1}\n\ndata:\r\n\r\n:ping\n\ndata: x\r\ndata: y\n\rdata: [DONE]";

TEST_CASE("one cut at any place changes no event") {
  const auto whole = Read(kMixed);
  REQUIRE(whole.size() == 5);
  CHECK(whole[0].data == "caf\xC3\xA9 \xF0\x9F\x98\x80\nmore");
  for (std::size_t cut = 0; cut <= kMixed.size(); ++cut) {
    INFO(cut);
    CHECK(Read(kMixed, {cut}) == whole);
  }
}

TEST_CASE("many cuts at random places, or between all bytes, change no event") {
  const auto whole = Read(kMixed);
  std::vector<std::size_t> all;
  for (std::size_t i = 1; i < kMixed.size(); ++i) all.push_back(i);
  CHECK(Read(kMixed, all) == whole);
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t i = 0; i < kMixed.size(); ++i) {
      if (random() % 5 == 0) cuts.push_back(i);
    }
    CHECK(Read(kMixed, cuts) == whole);
  }
}

}  // namespace
}  // namespace understudy
