// TLS of the admin API: certificates that are read again when their files change.
//
// Threads: any; each handshake asks once. Ownership: the credentials keep the certificates alive.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"

namespace understudy {

// Whether a client that shows no certificate is let in to show a token.
enum class ClientCertificates { kRequired, kOptional };

// INVALID_ARGUMENT with a line for each fault of the files. Later, files with a fault are logged
// once, and those of before stay in force; connections that stand stay as they are.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeAdminCredentials(
    const AdminConfig::Tls& tls, ClientCertificates clients);

}  // namespace understudy
