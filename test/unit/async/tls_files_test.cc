// PEM files: what is wrong with them, in a sentence.
#include "proxy/async/tls_files.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>

#include "proxy/async/clock.h"
#include "proxy/base/status.h"
#include "test/support/temporary_directory.h"
#include "test/support/tls_files.h"

namespace understudy {
namespace {

struct PemFixture {
  // What is said about the two, and whether about the key.
  std::string Fault(const std::string& certificate, const std::string& key) {
    auto loaded = LoadIdentity(RealPemFiles(), certificate, key, &of_key);
    return loaded.ok() ? std::string() : Message(loaded.status());
  }
  std::string File(const std::string& name, const std::string& text) const {
    WriteWholeFile(folder.File(name), text);
    ::chmod(folder.File(name).c_str(), 0600);
    return folder.File(name);
  }

  bool of_key = false;
  TemporaryDirectory folder;
  TestAuthority authority{folder.Path(), "ca"};
  TestCertificate own = authority.Issue("own");
  TestCertificate other = authority.Issue("other");
};

TEST_CASE_METHOD(PemFixture, "a certificate and its key load, with what leads to the root") {
  CHECK(Fault(own.certificate, own.private_key).empty());
  const std::string chain =
      File("chain.pem", ReadWholeFile(own.certificate) + ReadWholeFile(authority.Path()));
  const auto loaded = LoadIdentity(RealPemFiles(), chain, own.private_key);
  REQUIRE(loaded.ok());
  CHECK(CertificateNames(*loaded->certificate) == std::vector<std::string>{"localhost"});
  CHECK(sk_X509_num(loaded->chain.get()) == 1);
}

TEST_CASE_METHOD(PemFixture, "what is wrong with a file is told with its name") {
  CHECK(Fault(folder.File("none"), own.private_key) ==
        "the file '" + folder.File("none") + "' cannot be read: No such file or directory");
  CHECK_FALSE(of_key);
  CHECK(Fault(own.private_key, own.private_key) ==
        "the file '" + own.private_key + "' holds no certificate");
  CHECK_FALSE(of_key);
  CHECK(Fault(own.certificate, folder.File("none")) ==
        "the file '" + folder.File("none") + "' cannot be read: No such file or directory");
  CHECK(of_key);
  CHECK(Fault(own.certificate, folder.Path()) ==
        "the file '" + folder.Path() + "' cannot be read: it is no regular file");
  CHECK(Fault(own.certificate, own.certificate) == "everybody may read the private key in '" +
                                                       own.certificate +
                                                       "'; take that right away (chmod o-r)");
  const std::string no_key = File("no.key", ReadWholeFile(own.certificate));
  CHECK(Fault(own.certificate, no_key) == "the file '" + no_key + "' holds no private key");
  CHECK(Fault(own.certificate, other.private_key) == "the private key in '" + other.private_key +
                                                         "' is not that of the certificate in '" +
                                                         own.certificate + "'");
  CHECK(of_key);
  const std::string broken =
      File("broken.pem", ReadWholeFile(own.certificate).replace(100, 4, "????"));
  CHECK(Fault(broken, own.private_key) ==
        "the file '" + broken + "' holds a certificate that cannot be read");
  const std::string locked = File("locked.key", R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg25gVeN6kHFwICCAAw
-----END ENCRYPTED PRIVATE KEY-----
)");
  CHECK_FALSE(Fault(own.certificate, locked).empty());
  CHECK(of_key);
}

TEST_CASE_METHOD(PemFixture, "a certificate is in time, too late or too early") {
  const auto date = [this](const TestAuthority::Wish& wish) {
    const TestCertificate files = authority.Issue("dated", wish);
    const auto loaded = LoadIdentity(RealPemFiles(), files.certificate, files.private_key);
    REQUIRE(loaded.ok());
    return OutOfDate(*loaded->certificate, WallNow());
  };
  CHECK(date({}).empty());
  CHECK_THAT(date({{"a"}, -9, -2}), Catch::StartsWith("expired on 2"));
  CHECK_THAT(date({{"a"}, 2, 9}), Catch::StartsWith("is not valid before 2"));
}

TEST_CASE_METHOD(PemFixture, "a file that was written or replaced has another stamp") {
  const std::vector<std::string> paths = {own.certificate, folder.File("later")};
  const std::string first = FileStamps(paths);
  CHECK(FileStamps(paths) == first);
  WriteWholeFile(folder.File("later"), "x");
  const std::string second = FileStamps(paths);
  CHECK(second != first);
  WriteWholeFile(own.certificate, ReadWholeFile(other.certificate) + "\n");
  CHECK(FileStamps(paths) != second);
}

}  // namespace
}  // namespace understudy
