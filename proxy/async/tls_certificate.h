// Certificates and keys read from PEM text. What is wrong with one is told in a few words that
// follow the file's name: "holds no certificate".
//
// Threads: plain functions, from any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/async/tls_handles.h"
#include "proxy/base/time.h"

namespace understudy {

// A certificate, those that lead to its root, and its key.
struct TlsIdentity {
  TlsHandle<X509> certificate;
  TlsHandle<STACK_OF(X509)> chain;
  TlsHandle<EVP_PKEY> key;
};

// At least one, in the text's order.
absl::StatusOr<TlsHandle<STACK_OF(X509)>> ParseCertificates(std::string_view pem);
// FAILED_PRECONDITION for an encrypted one: nobody is there to ask for its password.
absl::StatusOr<TlsHandle<EVP_PKEY>> ParsePrivateKey(std::string_view pem);
// Whether the key is that of the first certificate.
bool KeyFits(const STACK_OF(X509) & certificates, const EVP_PKEY& key);
// `certificates` as the first one and those behind it.
TlsIdentity MakeIdentity(TlsHandle<STACK_OF(X509)> certificates, TlsHandle<EVP_PKEY> key);

// The DNS names it is for, in lower case; "*.example.com" stands for one label.
std::vector<std::string> CertificateNames(const X509& certificate);
// "expired on 2026-01-31", "is not valid before 2027-01-31", or nothing.
std::string OutOfDate(const X509& certificate, WallTime now);

}  // namespace understudy
