// Certificates and keys that can be used, and those that cannot.
#include "proxy/control/certificate_files.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "test/support/certificates.h"
#include "test/support/temporary_directory.h"

namespace understudy {
namespace {

using Catch::Contains;
using File = CertificateFault::File;

struct Files {
  Files() {
    Write(authority.SignServer());
    WriteWholeFile(ca, authority.Certificate());
  }
  void Write(const CertificatePair& pair) const {
    WriteWholeFile(own.certificate, pair.certificate);
    WriteKey(pair.key);
  }
  void WriteKey(const std::string& key, mode_t mode = 0600) const {
    WriteWholeFile(own.private_key, key);
    REQUIRE(chmod(own.private_key.c_str(), mode) == 0);
  }
  // The only fault there is.
  CertificateFault Fault() const {
    const CertificateReading reading = ReadCertificateFiles(own, ca);
    REQUIRE(reading.faults.size() == 1);
    return reading.faults[0];
  }

  TemporaryDirectory folder;
  PemAuthority authority;
  CertificateFiles own{folder.File("server.pem"), folder.File("server.key")};
  std::string ca = folder.File("ca.pem");
};

std::string Encrypted(const std::string& pem) {
  BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO* out = BIO_new(BIO_s_mem());
  char password[] = "x";
  PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_128_cbc(), password, 1, nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(in);
  BIO_free(out);
  EVP_PKEY_free(key);
  return text;
}

TEST_CASE("files that belong together are read, with the end of the certificate's time") {
  const Files files;
  const CertificateReading reading = ReadCertificateFiles(files.own, files.ca);
  CHECK(reading.faults.empty());
  CHECK(reading.pems.certificate == ReadWholeFile(files.own.certificate));
  CHECK(reading.pems.private_key == ReadWholeFile(files.own.private_key));
  CHECK(reading.pems.client_ca == files.authority.Certificate());
  CHECK(reading.pems.not_after > WallTime());
  CHECK(ReadCertificateFiles(files.own, "").pems.client_ca.empty());
}

TEST_CASE("a chain may stand in the certificate's file, with nothing damaged in it") {
  const Files files;
  const std::string own = ReadWholeFile(files.own.certificate);
  WriteWholeFile(files.own.certificate, own + files.authority.Certificate());
  CHECK(ReadCertificateFiles(files.own, "").faults.empty());
  std::string damaged = files.authority.Certificate();
  damaged.replace(100, 4, "!!!!");
  WriteWholeFile(files.own.certificate, own + damaged);
  CHECK(files.Fault().file == File::kCertificate);
}

TEST_CASE("a key that is not the certificate's is a fault of the key") {
  const Files files;
  files.WriteKey(files.authority.SignServer().key);
  const CertificateFault fault = files.Fault();
  CHECK(fault.file == File::kPrivateKey);
  CHECK_THAT(fault.message, Contains("is not the key of the certificate in"));
}

TEST_CASE("a key that everybody may read is refused") {
  const Files files;
  files.WriteKey(ReadWholeFile(files.own.private_key), 0644);
  const CertificateFault fault = files.Fault();
  CHECK(fault.file == File::kPrivateKey);
  CHECK_THAT(fault.message, Contains("can be read by everybody") && Contains("chmod o-r"));
}

TEST_CASE("an encrypted key, or what is none, is refused without showing any of it") {
  const Files files;
  files.WriteKey(Encrypted(ReadWholeFile(files.own.private_key)));
  CHECK_THAT(files.Fault().message, Contains("is encrypted"));
  files.WriteKey("secret");
  CHECK_THAT(files.Fault().message, Contains("holds no private key in PEM") && !Contains("secret"));
}

TEST_CASE("files that are not there, or hold something else, are named each") {
  const Files files;
  WriteWholeFile(files.own.certificate, "");
  CHECK_THAT(files.Fault().message, Contains("holds no certificate in PEM"));
  WriteWholeFile(files.ca, "");
  const CertificateReading reading =
      ReadCertificateFiles({"/nowhere/a.pem", "/nowhere/a.key"}, files.ca);
  REQUIRE(reading.faults.size() == 3);
  CHECK(reading.faults[0].message ==
        "the file '/nowhere/a.pem' cannot be read: No such file or directory");
  CHECK(reading.faults[1].file == File::kPrivateKey);
  CHECK(reading.faults[2].file == File::kClientCa);
}

}  // namespace
}  // namespace understudy
