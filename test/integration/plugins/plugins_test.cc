// A running proxy that compares with shared libraries: their scores, their faults, and reloads.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "test/support/admin_client.h"
#include "test/support/fake_upstream.h"
#include "test/support/running_proxy.h"
#include "test/support/test_plugins.h"

using namespace understudy;

namespace {

// Two models that are compared by one comparator; `libraries` are those of the file.
std::string Compared(const FakeUpstream& incumbent, const FakeUpstream& candidate,
                     const std::vector<std::string>& libraries, std::string_view comparator) {
  std::string plugins = libraries.empty() ? "" : "plugins:\n";
  for (const std::string& library : libraries) {
    plugins += fmt::format("  - {{library: \"{}\"}}\n", library);
  }
  return plugins +
         TwoModels(incumbent.Address(), candidate.Address(),
                   fmt::format("    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]\n"
                               "    compare: {{comparators: [{}]}}\n",
                               comparator));
}

constexpr std::string_view kByteShare = "{name: bytes, use: byte_share, options: {block: 2}}";

}  // namespace

TEST_CASE("a proxy compares with a shared library and shows what it said") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  RunningProxy proxy(Compared(incumbent, candidate, {PluginPath("byte_share")}, kByteShare));
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  const std::string text = admin.Divergences("all").ShortDebugString();
  INFO(text);
  CHECK(text.find("comparator: \"bytes\"") != std::string::npos);
  CHECK(text.find("2 of 8 bytes differ, the first at byte 6") != std::string::npos);
  CHECK(Comparisons(proxy, "bytes", "different") == 1);
}

TEST_CASE("a library that answers NaN leaves pairs uncomparable and clients alone") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{ }"));
  RunningProxy proxy(
      Compared(incumbent, candidate, {PluginPath("nan_divergence")}, "{name: it, use: faulty}"));
  for (int i = 0; i < 3; ++i) CHECK(proxy.Post("/x", "{}").Status() == 200);
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "it", "uncomparable") == 3; }));
  CHECK(Comparisons(proxy, "it", "different") == 0);
  CHECK(proxy.Metric("understudy_mirror_pairs_total", "reason=\"comparator_error\"") == 3);
}

TEST_CASE("a library with huge texts costs a record of bounded size") {
  FakeUpstream incumbent(JsonAnswer("{}"));
  FakeUpstream candidate(JsonAnswer("{ }"));
  RunningProxy proxy(
      Compared(incumbent, candidate, {PluginPath("huge_texts")}, "{name: it, use: faulty}"));
  CHECK(proxy.Post("/x", "{}").Status() == 200);
  AdminClient admin(proxy.AdminAddress());
  REQUIRE(
      RunningProxy::Eventually([&] { return admin.Divergences("all").divergences_size() == 1; }));
  CHECK(admin.Divergences("all").ByteSizeLong() < 40'000);
}

TEST_CASE("a reload may add a library, and taking one away or changing one needs a restart") {
  FakeUpstream incumbent(JsonAnswer("{\"a\": 1}"));
  FakeUpstream candidate(JsonAnswer("{\"a\": 2}"));
  const TemporaryDirectory folder;
  const std::string added = folder.File("added.so");
  RunningProxy proxy(Compared(incumbent, candidate, {}, "{name: same, use: exact}"));
  const auto reload = [&](const std::vector<std::string>& libraries, std::string_view comparator) {
    return proxy.Reload(Compared(incumbent, candidate, libraries, comparator));
  };
  CHECK_FALSE(reload({}, kByteShare));
  CHECK_FALSE(reload({added}, kByteShare));  // there is no such file yet
  CopyPlugin("byte_share", added);
  REQUIRE(reload({added}, kByteShare));
  CHECK(RunningProxy::Eventually([&] {
    proxy.Post("/x", "{}");
    return Comparisons(proxy, "bytes", "different") > 0;
  }));
  CHECK_FALSE(reload({}, "{name: same, use: exact}"));
  REQUIRE(reload({PluginPath("none"), added}, "{name: it, use: nothing}"));
  CopyPlugin("none", folder.File("next.so"));
  std::filesystem::rename(folder.File("next.so"), added);
  CHECK_FALSE(reload({PluginPath("none"), added}, "{name: it, use: nothing}"));
  // What is in force went on all the while.
  CHECK(proxy.Post("/x", "{}").Status() == 200);
}
