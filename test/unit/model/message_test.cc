// Heads whose bytes move.
#include "proxy/model/message.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

namespace understudy {
namespace {

TEST_CASE("the head of a copy has the same texts, in the copy") {
  auto original = std::make_unique<std::string>("POST /p?q HTTP/1.1\r\nHost: a\r\nX-B: c\r\n\r\n");
  const std::string_view bytes = *original;
  RequestHead head;
  head.method = bytes.substr(0, 4);
  head.target = bytes.substr(5, 4);
  head.path = bytes.substr(5, 2);
  head.host = bytes.substr(26, 1);
  head.fields = {{bytes.substr(20, 4), bytes.substr(26, 1)},
                 {bytes.substr(29, 3), bytes.substr(34, 1)}};
  head.framing = Framing::kLength;
  head.content_length = 7;
  const std::string copy = *original;
  const RequestHead moved = HeadOfCopy(head, bytes, copy.data());
  original.reset();  // nothing of it may be looked at any more
  CHECK(moved.method == "POST");
  CHECK(moved.target == "/p?q");
  CHECK(moved.path == "/p");
  CHECK(moved.host == "a");
  REQUIRE(moved.fields.size() == 2);
  CHECK(moved.fields[0].name == "Host");
  CHECK(moved.fields[1].name == "X-B");
  CHECK(moved.fields[1].value == "c");
  CHECK(moved.content_length == 7);
}

TEST_CASE("what lies elsewhere, or nowhere, stays where it is") {
  const std::string bytes = "OPTIONS http://a HTTP/1.1\r\n\r\n";
  const std::string copy = bytes;
  static constexpr std::string_view kStar = "*";
  RequestHead head;
  head.method = std::string_view(bytes).substr(0, 7);
  head.target = head.path = kStar;
  const RequestHead moved = HeadOfCopy(head, bytes, copy.data());
  CHECK(moved.target.data() == kStar.data());
  CHECK(moved.host.data() == nullptr);
  CHECK(moved.method.data() == copy.data());
}

}  // namespace
}  // namespace understudy
