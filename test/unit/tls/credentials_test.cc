// What is made of the configuration's files, and what their changes do.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "proxy/base/status.h"
#include "proxy/wire/tls_credentials.h"
#include "test/support/temporary_directory.h"
#include "test/support/tls_files.h"

namespace understudy {
namespace {

struct CredentialsFixture {
  CredentialsFixture() {
    topology.listeners.resize(1);
    topology.listeners[0].name = "inference";
    topology.listeners[0].tls = ListenerTls{Files(authority.Issue("own")), {}, {}, {}};
    topology.clusters.resize(1);
    topology.clusters[0].name = "v1";
    topology.clusters[0].tls = UpstreamTls{authority.Path(), {}, {}, {}};
  }
  static CertificateFiles Files(const TestCertificate& certificate) {
    return {certificate.certificate, certificate.private_key};
  }
  std::string Prepare() { return Message(credentials.Prepare(topology)); }
  // What a look at the files makes of the listener's context.
  bool ChangesAtNextLook() {
    const auto before = credentials.Of(topology.listeners[0])->Context()->Generation();
    now += std::chrono::seconds(3);
    credentials.LookAtFiles(now);
    return credentials.Of(topology.listeners[0])->Context()->Generation() != before;
  }

  TemporaryDirectory folder;
  TestAuthority authority{folder.Path(), "ca"};
  Topology topology;
  TlsCredentials credentials;
  SteadyTime now{std::chrono::hours(1)};
};

TEST_CASE_METHOD(CredentialsFixture, "listeners and clusters have the contexts of their files") {
  REQUIRE(Prepare().empty());
  CHECK(credentials.Of(topology.listeners[0]) != nullptr);
  CHECK(credentials.Of(topology.clusters[0]) != nullptr);
  CHECK(credentials.Of(topology.clusters[0]) == credentials.Of(topology.clusters[0]));
  topology.listeners[0].tls.reset();
  topology.clusters[0].tls.reset();
  CHECK(credentials.Of(topology.listeners[0]) == nullptr);
  CHECK(credentials.Of(topology.clusters[0]) == nullptr);
}

TEST_CASE_METHOD(CredentialsFixture, "a file that is not there is told with whose it is") {
  topology.clusters[0].tls->ca = folder.File("none.pem");
  CHECK(Prepare() == "cluster v1: the file '" + folder.File("none.pem") +
                         "' cannot be read: No such file or directory");
  CHECK(credentials.Of(topology.clusters[0]) == nullptr);
  topology.listeners[0].tls->own.private_key = authority.Issue("other").private_key;
  CHECK_THAT(Prepare(), Catch::StartsWith("listener inference: the private key in "));
}

TEST_CASE_METHOD(CredentialsFixture, "certificates chosen by name are tried when they are loaded") {
  topology.listeners[0].tls->more = {Files(authority.Issue("more", {{"a.test"}})),
                                     Files(authority.Issue("weak", {{"b.test"}, -1, 30, 1024}))};
  CHECK(Prepare() ==
        "listener inference: certificates[1]: the certificate cannot be used: ee key too small");
}

TEST_CASE_METHOD(CredentialsFixture,
                 "files that change make a new context, those that do not none") {
  REQUIRE(Prepare().empty());
  CHECK_FALSE(ChangesAtNextLook());
  authority.Issue("own");
  CHECK(ChangesAtNextLook());
  CHECK_FALSE(ChangesAtNextLook());
}

TEST_CASE_METHOD(CredentialsFixture,
                 "a file that is replaced by another one of its name is noticed") {
  REQUIRE(Prepare().empty());
  const TestCertificate next = authority.Issue("next");
  std::filesystem::rename(next.certificate, folder.File("own.pem"));
  std::filesystem::rename(next.private_key, folder.File("own.key"));
  CHECK(ChangesAtNextLook());
}

TEST_CASE_METHOD(CredentialsFixture,
                 "broken files change nothing, and are taken once they are whole") {
  REQUIRE(Prepare().empty());
  const TestCertificate next = authority.Issue("next");
  SECTION("a certificate whose key has not come yet") {
    std::filesystem::rename(next.certificate, folder.File("own.pem"));
  }
  SECTION("a file that is gone") { std::filesystem::remove(folder.File("own.key")); }
  SECTION("no certificate at all") { WriteWholeFile(folder.File("own.pem"), "nothing"); }
  SECTION("a key that everybody may read") {
    std::filesystem::permissions(folder.File("own.key"), std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
  }
  CHECK_FALSE(ChangesAtNextLook());
  CHECK_FALSE(ChangesAtNextLook());
  authority.Issue("own");
  CHECK(ChangesAtNextLook());
}

TEST_CASE_METHOD(CredentialsFixture, "files are looked at every few seconds, and not more often") {
  REQUIRE(Prepare().empty());
  const auto generation = [&] {
    return credentials.Of(topology.listeners[0])->Context()->Generation();
  };
  credentials.LookAtFiles(now);
  const auto before = generation();
  authority.Issue("own");
  credentials.LookAtFiles(now + std::chrono::seconds(1));
  CHECK(generation() == before);
  credentials.LookAtFiles(now + std::chrono::seconds(2));
  CHECK(generation() != before);
}

TEST_CASE_METHOD(CredentialsFixture, "keys of tickets are renewed twice a day") {
  REQUIRE(Prepare().empty());
  CHECK_FALSE(ChangesAtNextLook());
  now += std::chrono::hours(12);
  CHECK(ChangesAtNextLook());
  CHECK_FALSE(ChangesAtNextLook());
}

TEST_CASE_METHOD(CredentialsFixture, "what a reload keeps stays, and what nobody uses goes") {
  REQUIRE(Prepare().empty());
  const std::weak_ptr<WatchedTls> cluster = credentials.Of(topology.clusters[0]);
  const std::weak_ptr<WatchedTls> listener = credentials.Of(topology.listeners[0]);
  topology.clusters[0].tls->min_version = TlsVersion::k13;
  REQUIRE(Prepare().empty());
  CHECK(credentials.Of(topology.listeners[0]) == listener.lock());
  credentials.LookAtFiles(now);
  CHECK(cluster.expired());
  CHECK_FALSE(listener.expired());
}

}  // namespace
}  // namespace understudy
