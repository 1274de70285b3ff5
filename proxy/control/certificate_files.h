// PEM files of TLS: read together and checked to belong together, so that a pair of which only one
// half has been replaced is never used.
//
// Threads: any; nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/topology.h"

namespace understudy {

struct CertificatePems {
  std::string certificate;  // the chain, the own one first
  std::string private_key;
  std::string client_ca;  // empty: none
  WallTime not_after{};   // until when the own certificate is valid
};

// One thing wrong with one of the files. The message names the file and shows nothing of it.
struct CertificateFault {
  enum class File { kCertificate, kPrivateKey, kClientCa };
  File file;
  std::string message;
};

struct CertificateReading {
  CertificatePems pems;                  // without faults
  std::vector<CertificateFault> faults;  // any: the files are not to be used
};

// `client_ca` is the path of the authorities that sign clients' certificates, or empty. The key is
// refused when everybody may read it, when it is encrypted and when it is not the certificate's.
CertificateReading ReadCertificateFiles(const CertificateFiles& own, const std::string& client_ca);

}  // namespace understudy
