// Tokens that are made here, and the lines by which a server knows them.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "proxy/control/admin_tokens.h"
#include "proxy/offline/fresh_token.h"
#include "test/support/temporary_directory.h"
#include "test/unit/cli/command_run.h"

namespace understudy {
namespace {

using Catch::Contains;
using Catch::StartsWith;

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Whom a server with this line takes the token for.
std::string HolderOf(const std::string& line, const std::string& token) {
  const TokenList list = ParseTokens(line);
  REQUIRE(list.faults.empty());
  const AdminToken* const known = FindToken(list.tokens, token);
  return known == nullptr ? "" : known->name;
}

TEST_CASE("bytes in base64url are as RFC 4648 has them, without padding") {
  CHECK(Base64Url("") == "");
  CHECK(Base64Url("f") == "Zg");
  CHECK(Base64Url("fo") == "Zm8");
  CHECK(Base64Url("foo") == "Zm9v");
  CHECK(Base64Url("foobar") == "Zm9vYmFy");
  CHECK(Base64Url("\xfb\xff") == "-_8");
}

TEST_CASE("token create prints a token, and a line that a server knows it by") {
  const CommandRun run = RunCommand({"token", "create", "--name", "ci", "--role", "viewer"});
  CHECK(run.code == ExitCode::kYes);
  const std::vector<std::string> lines = LinesOf(run.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].size() == 43);  // 32 bytes
  CHECK_THAT(lines[1], StartsWith("ci viewer "));
  CHECK_THAT(lines[1], !Contains(lines[0]));
  CHECK(HolderOf(lines[1], lines[0]) == "ci");
  CHECK_THAT(run.err, Contains("which is not shown again"));
}

TEST_CASE("no token is made twice") {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) tokens.insert(MakeToken("ci", "viewer")->token);
  CHECK(tokens.size() == 100);
}

TEST_CASE("with --output the token goes into a new file that its owner alone can read") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("ci.token");
  const std::vector<std::string> words = {"token",  "create", "--name",   "ci",
                                          "--role", "viewer", "--output", path};
  CommandRun run = RunCommand(words);
  CHECK(run.code == ExitCode::kYes);
  const std::string token = LinesOf(ReadWholeFile(path)).at(0);
  CHECK_THAT(run.out, !Contains(token));
  CHECK(HolderOf(run.out, token) == "ci");
  struct stat info = {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  run = RunCommand(words);
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("cannot make the file") && Contains("File exists"));
  CHECK(LinesOf(ReadWholeFile(path)).at(0) == token);
}

TEST_CASE("token create speaks JSON and YAML") {
  const std::vector<std::string> words = {"token", "create", "--name", "ci", "--role", "admin"};
  std::vector<std::string> json = words;
  json.insert(json.end(), {"-o", "json"});
  CHECK_THAT(RunCommand(json).out, StartsWith("{\n  \"name\": \"ci\",\n  \"role\": \"admin\",\n"
                                              "  \"token\": \"") &&
                                       Contains("\"line\": \"ci admin "));
  std::vector<std::string> yaml = words;
  yaml.insert(yaml.end(), {"-o", "yaml"});
  CHECK_THAT(RunCommand(yaml).out, Contains("name: ci\n") && Contains("line: \"ci admin "));
}

TEST_CASE("names and roles that a file of tokens would not take are refused") {
  CommandRun run = RunCommand({"token", "create", "--name", "a b", "--role", "viewer"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("a name has 1 to 64 letters"));
  run = RunCommand({"token", "create", "--name", "ci", "--role", "root"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("root"));
  run = RunCommand({"token", "create", "--name", "ci"});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Contains("--role"));
}

}  // namespace
}  // namespace understudy
