// Heads whose bytes move; names in whatever case.
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

TEST_CASE("a name is itself in whatever case, and nothing else is, whichever byte differs") {
  const std::string lower = "x-forwarded-for-23zaz";
  for (std::size_t size = 1; size <= lower.size(); ++size) {
    const std::string name = lower.substr(0, size);
    CHECK(NameIs(name, name));
    CHECK_FALSE(NameIs(name, name + "x"));
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = name;
      for (int byte = 0; byte < 256; ++byte) {
        other[at] = static_cast<char>(byte);
        const bool same = byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') == name[at]
                                                     : static_cast<char>(byte) == name[at];
        if (NameIs(other, name) != same) {
          FAIL("byte " << byte << " at " << at << " of " << name);
        }
      }
    }
  }
}

}  // namespace
}  // namespace understudy
