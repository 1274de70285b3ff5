// PEM files of certificates, keys and authorities. Errors are sentences that name the file.
//
// Threads: plain functions, from any; they wait for the disk.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/async/tls_certificate.h"

namespace understudy {

inline constexpr std::size_t kMostPemBytes = 4u << 20;

// Where they come from.
struct PemFiles {
  // The error says why not, without the path.
  std::function<absl::StatusOr<std::string>(const std::string& path)> read;
  std::function<bool(const std::string& path)> open_to_all;  // everybody may read it
};
PemFiles RealPemFiles();

// `key_is_at_fault`: which of the two the error is about.
absl::StatusOr<TlsIdentity> LoadIdentity(const PemFiles& files, const std::string& certificate,
                                         const std::string& private_key,
                                         bool* key_is_at_fault = nullptr);
absl::StatusOr<TlsHandle<STACK_OF(X509)>> LoadAuthorities(const PemFiles& files,
                                                          const std::string& path);

// The file of the authorities this system believes; empty: there is none.
std::string SystemAuthorities();
inline constexpr const char* kNoSystemAuthorities =
    "this system has no list of authorities: install the package ca-certificates, or write 'ca'";

// Differs when one of the files was written or replaced.
std::string FileStamps(const std::vector<std::string>& paths);

}  // namespace understudy
