// The key of a data directory's digests.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "proxy/control/records_key.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

TEST_CASE("a data directory has one key of its own, which only its owner reads") {
  const TemporaryDirectory one, other;
  const std::uint64_t key = DigestKeyOf(one.Path());
  CHECK(DigestKeyOf(one.Path()) == key);
  CHECK(DigestKeyOf(other.Path()) != key);
  struct stat info = {};
  REQUIRE(stat(one.File("digest.key").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
}

TEST_CASE("a damaged key is replaced, and a directory that is not there gives one for this run") {
  const TemporaryDirectory directory;
  std::ofstream(directory.File("digest.key")) << "no hex digits..";
  const std::uint64_t key = DigestKeyOf(directory.Path());
  CHECK(DigestKeyOf(directory.Path()) == key);
  CHECK(DigestKeyOf(directory.File("none")) != DigestKeyOf(directory.File("none")));
}

}  // namespace
}  // namespace understudy
