// The file of tokens: what it says, what is wrong with it, and what becomes of a change.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "proxy/base/status.h"
#include "proxy/control/admin_tokens.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

using Catch::Contains;
using Catch::StartsWith;

std::string Line(const std::string& name, const std::string& role, const std::string& token) {
  return fmt::format("{} {} {}\n", name, role, DigestText(DigestOfToken(token)));
}

std::string FaultsOf(std::string_view text) {
  std::string lines;
  for (const TokenFault& fault : ParseTokens(text).faults) {
    lines += fmt::format("{}:{}: {}\n", fault.line, fault.column, fault.message);
  }
  return lines;
}

void WriteSecret(const std::string& path, const std::string& text) {
  WriteWholeFile(path, text);
  REQUIRE(chmod(path.c_str(), 0600) == 0);
}

TEST_CASE("the digest of a token is its SHA-256") {
  // The example of FIPS 180-4.
  CHECK(DigestText(DigestOfToken("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ParseTokenDigest(DigestText(DigestOfToken("abc"))) == DigestOfToken("abc"));
  CHECK(ParseTokenDigest("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD") ==
        DigestOfToken("abc"));
  CHECK_FALSE(ParseTokenDigest("ba78").has_value());
  CHECK_FALSE(ParseTokenDigest(std::string(64, 'g')).has_value());
  CHECK_FALSE(SameDigest(DigestOfToken("abc"), DigestOfToken("abd")));
}

TEST_CASE("a line has a name, a role and a digest; comments and empty lines are left out") {
  const TokenList list =
      ParseTokens("# people\n\n" + Line("ada", "approver", "one") + "  \t# more\r\n" +
                  "\tci@deploy/eu   viewer\t" + DigestText(DigestOfToken("two")) + " # of CI\r\n");
  CHECK(list.faults.empty());
  REQUIRE(list.tokens.size() == 2);
  CHECK(list.tokens[0].name == "ada");
  CHECK(list.tokens[0].role == AdminRole::kApprover);
  CHECK(list.tokens[1].name == "ci@deploy/eu");
  CHECK(FindToken(list.tokens, "two") == &list.tokens[1]);
  CHECK(FindToken(list.tokens, "three") == nullptr);
  CHECK(FindToken(list.tokens, "") == nullptr);
}

TEST_CASE("a name may have several tokens of one role") {
  CHECK(ParseTokens(Line("ci", "viewer", "old") + Line("ci", "viewer", "new")).faults.empty());
  CHECK_THAT(FaultsOf(Line("ci", "viewer", "old") + Line("ci", "admin", "new")),
             Contains("2:4: 'ci' is viewer in a line before; a name has one role"));
}

TEST_CASE("each faulty line is named with its column and without what stands in it") {
  const std::string secret = "kJ8s_very-secret-token";
  CHECK_THAT(FaultsOf("ci viewer\n"), Contains("1:1: a line has three words"));
  CHECK_THAT(FaultsOf(Line("ci", "viewer", "t").substr(0, 74) + "  x\n"), Contains("1:77: "));
  CHECK_THAT(FaultsOf(Line("a*b", "viewer", "t")), Contains("1:1: a name has 1 to 64 letters"));
  CHECK_THAT(FaultsOf("\n  ci root " + DigestText(DigestOfToken("t"))),
             Contains("2:6: a role is one of viewer, operator, approver, admin"));
  CHECK_THAT(FaultsOf("ci viewer " + secret), Contains("1:11: ") && Contains("22 characters"));
  CHECK_THAT(FaultsOf(Line("a", "viewer", "t") + Line("b", "viewer", "t")),
             Contains("2:10: the same token stands in line 1"));
  for (const std::string& text :
       {"ci viewer " + secret, "ci " + secret + " viewer", secret, secret + " a b c"}) {
    CHECK_FALSE(ParseTokens(text).faults.empty());
    CHECK_THAT(FaultsOf(text), !Contains(secret));
  }
}

TEST_CASE("a file without a token is a fault, because nobody could be answered") {
  CHECK_THAT(FaultsOf(""), Contains("1:1: the file has no token"));
  CHECK_THAT(FaultsOf("# none\n"), Contains("1:1: the file has no token"));
}

TEST_CASE("a file has at most 1,000 tokens, and a bounded number of faults") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += Line("a", "viewer", std::to_string(i));
  CHECK(ParseTokens(text).tokens.size() == 1000);
  CHECK_THAT(FaultsOf(text + Line("b", "viewer", "x")), Contains("1001:1: a file has at most"));
  std::string bad;
  for (int i = 0; i < 1000; ++i) bad += "x\n";
  CHECK(ParseTokens(bad).faults.size() == kMostTokenFaults);
}

TEST_CASE("a file that everybody may read, or that is none, is refused") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("tokens");
  const auto why = [](const std::string& name) { return Message(ReadTokens(name).status()); };
  CHECK(why(path) == "cannot be read: No such file or directory");
  WriteSecret(path, Line("ci", "viewer", "t"));
  REQUIRE(ReadTokens(path).ok());
  CHECK(ReadTokens(path)->faults.empty());
  REQUIRE(chmod(path.c_str(), 0604) == 0);
  CHECK_THAT(why(path), StartsWith("can be read by everybody"));
  CHECK(why(folder.Path()) == "is not a regular file");
  WriteSecret(path, std::string(kMostTokenFileBytes + 1, '#'));
  CHECK_THAT(why(path), StartsWith("has more than"));
}

TEST_CASE("a file with faults is not opened, and all of them are told") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("tokens");
  WriteSecret(path, "a\nb\n");
  const auto file = TokenFile::Open(path);
  CHECK_THAT(Message(file.status()),
             StartsWith(path + ":1:1: a line has three") && Contains("\n" + path + ":2:1: "));
}

TEST_CASE("a changed file is read again, and a broken one leaves what was before") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("tokens");
  WriteSecret(path, Line("ci", "viewer", "old"));
  const auto file = TokenFile::Open(path);
  REQUIRE(file.ok());
  const auto knows = [&file](const char* token) {
    return FindToken(*(*file)->Present(), token) != nullptr;
  };
  CHECK(knows("old"));
  WriteSecret(path, Line("ci", "viewer", "newer"));
  CHECK(knows("newer"));
  CHECK_FALSE(knows("old"));
  WriteSecret(path, "half a li");
  CHECK(knows("newer"));
  REQUIRE(unlink(path.c_str()) == 0);
  CHECK(knows("newer"));
  WriteSecret(path, Line("ci", "viewer", "another"));
  CHECK(knows("another"));
  CHECK_FALSE(knows("newer"));
}

}  // namespace
}  // namespace understudy
