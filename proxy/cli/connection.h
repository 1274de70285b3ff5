// How the admin API is reached, and as whom: TLS, certificates, a token; by flags, or else by the
// environment.
//
// Threads: pure but for the files.
#pragma once

#include <grpcpp/security/credentials.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace understudy {

// As given; what is empty was not.
struct ConnectionFlags {
  bool tls = false;  // also without a word about certificates: those of the system
  std::string ca;    // files
  std::string certificate;
  std::string key;
  std::string server_name;  // that the server's certificate must have, in place of the address's
  std::string token_file;

  // `*this` holds what the environment says.
  void AddTo(CLI::App& app);
  bool AsksForTls() const {
    return tls || !ca.empty() || !certificate.empty() || !key.empty() || !server_name.empty();
  }
};

// What a channel and its calls need.
struct Connection {
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  bool tls = false;
  bool shows_certificate = false;
  std::string server_name;
  std::string token;
  std::string fault;  // why nothing can be sent; empty: it can
};

// Reads the files. A file with a secret that everybody may read is a fault, and so is a token that
// others could read on its way: without TLS, and not to this machine.
Connection OpenConnection(const ConnectionFlags& flags, const std::string& address);

// Whether "host:port" is of this machine alone, without asking for names.
bool IsLoopbackAddress(const std::string& address);

}  // namespace understudy
