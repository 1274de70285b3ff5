// Newline-delimited JSON: lines are events, whatever the cuts.
#include "comparators/streams/json_line_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace understudy {
namespace {

using Events = std::vector<std::pair<std::string, std::uint64_t>>;

Events Read(std::string_view bytes, std::size_t cut) {
  JsonLineReader reader;
  Events events;
  StreamEvent event;
  const auto drain = [&] {
    while (reader.Next(event)) events.emplace_back(event.data, event.end);
  };
  const std::string first(bytes.substr(0, cut));
  reader.Feed(first);
  drain();
  const std::string second(bytes.substr(cut));
  reader.Feed(second);
  drain();
  reader.Finish();
  drain();
  CHECK(reader.status().ok());
  return events;
}

TEST_CASE("each line that is not blank is an event, the last one without newline too") {
  const std::string bytes = "\xEF\xBB\xBF{\"a\":1}\n\r\n  \n {\"b\":\"\xC3\xA9\"}\r\n[1]\r2\n{}";
  const Events whole = {
      {"{\"a\":1}", 11}, {"{\"b\":\"\xC3\xA9\"}", 29}, {"[1]\r2", 35}, {"{}", 37}};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    INFO(cut);
    CHECK(Read(bytes, cut) == whole);
  }
}

TEST_CASE("a line above the bound is an error") {
  JsonLineReader reader(10);
  StreamEvent event;
  reader.Feed("[1]\n\"01234567890\"\n");
  CHECK(reader.Next(event));
  CHECK_FALSE(reader.Next(event));
  CHECK(reader.status().code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace understudy
