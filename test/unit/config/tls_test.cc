// Certificates, keys and authorities that a file names: what is said of those that cannot be used.
#include <catch2/catch.hpp>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"
#include "test/support/temporary_directory.h"
#include "test/support/tls_files.h"

namespace understudy {
namespace {

struct TlsConfig {
  TlsConfig() {
    const auto put = [this](const std::string& name, const TestCertificate& files) {
      environment.files[name + ".pem"] = ReadWholeFile(files.certificate);
      environment.files[name + ".key"] = ReadWholeFile(files.private_key);
    };
    put("own", authority.Issue("own"));
    put("more", authority.Issue("more"));
    put("weak", authority.Issue("weak", {{"localhost"}, -1, 30, 1024}));
    environment.files["ca.pem"] = ReadWholeFile(authority.Path());
    environment.files["text"] = "no certificate";
  }
  // With a `tls` of the listener, which is in line 2.
  std::vector<std::string> Listener(const std::string& tls) const {
    return Lines(Load(With(std::string(SmallestConfigExample()), "address: \"127.0.0.1:8080\"",
                           "address: \"127.0.0.1:8080\", tls: {" + tls + "}"),
                      environment));
  }
  // With further keys of the first cluster, which is in line 4.
  std::vector<std::string> Cluster(const std::string& keys) const {
    return Lines(
        Load(With(std::string(SmallestConfigExample()), "{name: v1, ", "{name: v1, " + keys + ", "),
             environment));
  }

  TemporaryDirectory folder;
  TestAuthority authority{folder.Path(), "ca"};
  FakeEnvironment environment;
};

using Said = std::vector<std::string>;

TEST_CASE_METHOD(TlsConfig, "files that can be used are no fault") {
  CHECK(Listener("certificate: own.pem, private_key: own.key, client_ca: ca.pem, "
                 "certificates: [{certificate: more.pem, private_key: more.key}], "
                 "min_version: \"1.3\"") == Said{});
  CHECK(Cluster("protocol: auto, tls: {ca: ca.pem, server_name: models.test, "
                "certificate: own.pem, private_key: own.key}") == Said{});
  for (const char* name : {"10.0.0.1", "\"::1\"", "a-b.models.test"}) {
    CHECK(Cluster(std::string("tls: {ca: ca.pem, server_name: ") + name + "}") == Said{});
  }
}

TEST_CASE_METHOD(TlsConfig,
                 "a listener's files that cannot be used are told where they are named") {
  CHECK(Listener("certificate: none.pem, private_key: own.key") ==
        Said{"f.yaml:2:69: the file 'none.pem' cannot be read: No such file or directory"});
  CHECK(Listener("certificate: own.pem, private_key: none.key") ==
        Said{"f.yaml:2:91: the file 'none.key' cannot be read: No such file or directory"});
  CHECK(Listener("certificate: text, private_key: own.key") ==
        Said{"f.yaml:2:69: the file 'text' holds no certificate"});
  CHECK(Listener("certificate: own.pem, private_key: text") ==
        Said{"f.yaml:2:91: the file 'text' holds no private key"});
  CHECK(Listener("certificate: own.pem, private_key: more.key") ==
        Said{"f.yaml:2:91: the private key in 'more.key' is not that of the certificate in "
             "'own.pem'"});
  CHECK(Listener("certificate: own.pem, private_key: own.key, client_ca: text") ==
        Said{"f.yaml:2:111: the file 'text' holds no certificate"});
  CHECK(Listener("certificate: own.pem, private_key: own.key, certificates: [{certificate: "
                 "more.pem, private_key: own.key}]") ==
        Said{"f.yaml:2:152: the private key in 'own.key' is not that of the certificate in "
             "'more.pem'"});
  CHECK(Listener("certificate: weak.pem, private_key: weak.key") ==
        Said{"f.yaml:2:55: the certificate cannot be used: ee key too small"});
  CHECK(Listener("certificate: own.pem") ==
        Said{"f.yaml:2:55: the 'tls' of a listener needs the key 'private_key'"});
}

TEST_CASE_METHOD(TlsConfig, "a key that everybody may read is a fault") {
  environment.open_to_all.insert("own.key");
  CHECK(Listener("certificate: own.pem, private_key: own.key") ==
        Said{"f.yaml:2:91: everybody may read the private key in 'own.key'; take that right away "
             "(chmod o-r)"});
  CHECK(Cluster("tls: {ca: ca.pem, certificate: own.pem, private_key: own.key}").size() == 1);
}

TEST_CASE_METHOD(TlsConfig, "a cluster's tls that cannot be used is told where it is written") {
  CHECK(Cluster("tls: {ca: none.pem}") ==
        Said{"f.yaml:4:26: the file 'none.pem' cannot be read: No such file or directory"});
  const std::string pair = "'certificate' and 'private_key' go together; write both, or neither";
  CHECK(Cluster("tls: {ca: ca.pem, certificate: own.pem}") == Said{"f.yaml:4:47: " + pair});
  CHECK(Cluster("tls: {ca: ca.pem, private_key: own.key}") == Said{"f.yaml:4:47: " + pair});
  CHECK(Cluster("tls: {ca: ca.pem, server_name: \"models.test:443\"}") ==
        Said{"f.yaml:4:47: expected a host name without a port, or an address, for "
             "'server_name', got 'models.test:443'"});
  CHECK(Cluster("protocol: auto") ==
        Said{"f.yaml:4:26: 'auto' lets each server choose within TLS (ALPN); write 'tls' in this "
             "cluster, or 'protocol: http1' or 'protocol: http2'"});
}

TEST_CASE_METHOD(TlsConfig, "a file that is read and not run needs no certificates") {
  const std::string text =
      With(std::string(SmallestConfigExample()), "address: \"127.0.0.1:8080\"",
           "address: \"127.0.0.1:8080\", tls: {certificate: none.pem, private_key: none.key}");
  CHECK(Load(text, OfflineEnvironment()).topology != nullptr);
  CHECK(Load(text, ProcessEnvironment()).topology == nullptr);
}

}  // namespace
}  // namespace understudy
