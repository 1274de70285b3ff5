// The files that `admin` names: faults in them are faults of the configuration.
#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"
#include "proxy/control/token_digest.h"
#include "test/support/certificates.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

using Catch::Contains;

struct AdminFilesFixture {
  AdminFilesFixture() {
    const CertificatePair pair = authority.SignServer();
    WriteWholeFile(folder.File("server.pem"), pair.certificate);
    WriteSecret("server.key", pair.key);
    WriteWholeFile(folder.File("ca.pem"), authority.Certificate());
    WriteSecret("tokens", "ci viewer " + DigestText(DigestOfToken("t")) + "\n");
  }
  void WriteSecret(const std::string& name, const std::string& text) const {
    WriteWholeFile(folder.File(name), text);
    REQUIRE(chmod(folder.File(name).c_str(), 0600) == 0);
  }
  // The smallest example, with everything under `admin`.
  std::string Text() const {
    return With(std::string(SmallestConfigExample()), "grpc: \"127.0.0.1:9900\"",
                fmt::format("grpc: \"0.0.0.0:9900\", tls: {{certificate: {0}/server.pem, "
                            "private_key: {0}/server.key, client_ca: {0}/ca.pem}}, "
                            "tokens: {0}/tokens",
                            folder.Path()));
  }
  ConfigResult LoadAll() const {
    const std::string path = folder.File("f.yaml");
    WriteWholeFile(path, Text());
    return LoadConfigFile(path, TestComparators(), FakeEnvironment());
  }
  // The only fault there is.
  std::string Fault() const {
    const std::vector<std::string> lines = Lines(LoadAll());
    REQUIRE(lines.size() == 1);
    return lines[0];
  }

  TemporaryDirectory folder;
  PemAuthority authority;
};

TEST_CASE("files of the admin API that can be used are no fault") {
  const AdminFilesFixture files;
  CHECK(files.LoadAll().faults.empty());
}

TEST_CASE("faults in the file of tokens are told with their own place, behind the others") {
  const AdminFilesFixture files;
  files.WriteSecret("tokens", "# people\nada boss x\nci viewer y\n");
  const std::vector<std::string> lines = Lines(files.LoadAll());
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Contains("/tokens:2:5: a role is one of"));
  CHECK_THAT(lines[1], Contains("/tokens:3:11: the SHA-256 of a token has 64 hex digits"));
}

TEST_CASE("a file of tokens that cannot be read is a fault of its key") {
  const AdminFilesFixture files;
  REQUIRE(chmod(files.folder.File("tokens").c_str(), 0644) == 0);
  CHECK_THAT(files.Fault(),
             Contains("f.yaml:14:") && Contains("/tokens' can be read by everybody"));
}

TEST_CASE("a key of another certificate is a fault of its key") {
  const AdminFilesFixture files;
  files.WriteSecret("server.key", files.authority.SignServer().key);
  CHECK_THAT(files.Fault(),
             Contains("f.yaml:14:") && Contains("/server.key' is not the key of the certificate"));
}

TEST_CASE("each file that is not there is a fault") {
  const AdminFilesFixture files;
  for (const char* name : {"server.pem", "server.key", "ca.pem", "tokens"}) {
    std::filesystem::remove(files.folder.File(name));
  }
  CHECK(files.LoadAll().faults.size() == 4);
}

TEST_CASE("a text that somebody sent tells nothing of the files it names") {
  const AdminFilesFixture files;
  std::filesystem::remove(files.folder.File("tokens"));
  CHECK(Load(files.Text()).faults.empty());
}

TEST_CASE("nothing of the machine gets into a text where it is closed") {
  const ClosedEnvironment closed("nobody said so");
  for (const char* value : {"${HOME}", "${HOME:-x}", "${file:/etc/passwd}"}) {
    const ConfigResult result =
        Load(With(std::string(SmallestConfigExample()), "./understudy-data", value), closed);
    REQUIRE(result.faults.size() == 1);
    CHECK_THAT(result.faults[0].message,
               Contains(fmt::format("'{}' is not looked up: nobody said so", value)));
  }
}

}  // namespace
}  // namespace understudy
