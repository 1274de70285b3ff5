// Names are looked up beside the loop, which goes on whatever becomes of a lookup.
#include "proxy/async/name_lookup.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <thread>

namespace understudy {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);

}  // namespace

TEST_CASE("a known name has its addresses, with the port that was asked for") {
  asio::io_context context{1};
  NameLookup names(context);
  std::optional<NameLookup::Addresses> found;
  names.Lookup("localhost", 8080, [&](NameLookup::Addresses got) { found = std::move(got); });
  CHECK_FALSE(found);  // never at once
  const auto guard = asio::make_work_guard(context);
  context.run_one_for(kPatience);
  REQUIRE(found);
  REQUIRE_FALSE(found->empty());
  CHECK(found->front().address().is_loopback());
  CHECK(found->front().port() == 8080);
}

TEST_CASE("a name that cannot be has no address") {
  asio::io_context context{1};
  NameLookup names(context);
  std::optional<NameLookup::Addresses> found;
  const std::string label(70, 'a');  // 63 is the most
  names.Lookup(label + ".", 1, [&](NameLookup::Addresses got) { found = std::move(got); });
  const auto guard = asio::make_work_guard(context);
  context.run_one_for(kPatience);
  REQUIRE(found);
  CHECK(found->empty());
}

TEST_CASE("what is found after nobody waits for it any more is dropped") {
  auto held = std::make_shared<int>(1);
  {
    asio::io_context context{1};
    auto names = std::make_unique<NameLookup>(context);
    for (int i = 0; i < 20; ++i) {
      names->Lookup("localhost", 1, [held](NameLookup::Addresses) { FAIL("nobody is there"); });
    }
    names.reset();
  }
  while (held.use_count() > 1) std::this_thread::yield();
  CHECK(held.use_count() == 1);
}

}  // namespace understudy
