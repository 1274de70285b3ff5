// Flags to credentials.
#include "proxy/cli/connection.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "proxy/cli/read_file.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

constexpr std::size_t kMostMib = 1;
constexpr std::size_t kMostTokenBytes = 4096;

// Reads what the flags name; the first thing that is wrong stays in fault().
class Reader {
 public:
  explicit Reader(const ConnectionFlags& flags) : flags_(flags) {}

  std::string Public(const char* flag, const std::string& path) {
    if (path.empty() || !fault_.empty()) return "";
    std::string why;
    const auto text = ReadWholeFile(path, kMostMib, why);
    if (!text) Fault(flag, why);
    return text.value_or("");
  }

  // A regular file that everybody may read is none; a pipe of the shell has no other readers.
  std::string Secret(const char* flag, const std::string& path) {
    struct stat info = {};
    if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & S_IROTH) != 0) {
      Fault(flag, fmt::format("'{0}' can be read by everybody on this machine, so it is not used; "
                              "take that away with `chmod o-r {0}`",
                              OneLine(path)));
      return "";
    }
    return Public(flag, path);
  }

  // PEM or nothing: gRPC would only say that it cannot connect.
  std::string Pem(const char* flag, const std::string& path, std::string text,
                  std::string_view what) {
    if (fault_.empty() && !path.empty() &&
        text.find(fmt::format("{}-----", what)) == std::string::npos) {
      Fault(flag, fmt::format("'{}' holds no {} in PEM", OneLine(path), what));
    }
    return text;
  }

  std::string Token() {
    std::string token = Secret("--token-file", flags_.token_file);
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    if (!fault_.empty() || flags_.token_file.empty()) return token;
    const bool good = !token.empty() && token.size() <= kMostTokenBytes &&
                      std::all_of(token.begin(), token.end(),
                                  [](unsigned char c) { return c > 0x20 && c < 0x7F; });
    if (good) return token;
    Fault("--token-file",
          fmt::format("'{}' must hold one token and nothing else", OneLine(flags_.token_file)));
    return "";
  }

  void Fault(const char* flag, std::string_view what) {
    if (fault_.empty()) fault_ = fmt::format("{}: {}", flag, what);
  }
  const std::string& fault() const { return fault_; }

 private:
  const ConnectionFlags& flags_;
  std::string fault_;
};

}  // namespace

void ConnectionFlags::AddTo(CLI::App& app) {
  app.add_flag("--tls", tls, "The server speaks TLS (UNDERSTUDY_TLS=1); the system's authorities");
  app.add_option("--tls-ca", ca, "PEM file of the server's authorities (UNDERSTUDY_TLS_CA)");
  app.add_option("--tls-cert", certificate, "PEM file of a certificate (UNDERSTUDY_TLS_CERT)");
  app.add_option("--tls-key", key, "PEM file of its private key (UNDERSTUDY_TLS_KEY)");
  app.add_option("--tls-server-name", server_name,
                 "Name the server's certificate must have (UNDERSTUDY_TLS_SERVER_NAME)");
  app.add_option("--token-file", token_file,
                 "File of a token, not readable by everybody (UNDERSTUDY_TOKEN_FILE)");
}

Connection OpenConnection(const ConnectionFlags& flags, const std::string& address) {
  Reader reader(flags);
  Connection connection;
  connection.tls = flags.AsksForTls();
  connection.token = reader.Token();
  if (!flags.token_file.empty() && !connection.tls && !IsLoopbackAddress(address)) {
    reader.Fault("--token-file",
                 fmt::format("the token would go to {} in plaintext, where others can read it; add "
                             "--tls or --tls-ca",
                             OneLine(address)));
  }
  if (flags.certificate.empty() != flags.key.empty()) {
    reader.Fault(flags.key.empty() ? "--tls-cert" : "--tls-key",
                 "a certificate and its key go together: --tls-cert and --tls-key");
  }
  if (connection.tls) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs =
        reader.Pem("--tls-ca", flags.ca, reader.Public("--tls-ca", flags.ca), "CERTIFICATE");
    options.pem_cert_chain =
        reader.Pem("--tls-cert", flags.certificate, reader.Public("--tls-cert", flags.certificate),
                   "CERTIFICATE");
    options.pem_private_key =
        reader.Pem("--tls-key", flags.key, reader.Secret("--tls-key", flags.key), "PRIVATE KEY");
    connection.shows_certificate = !options.pem_cert_chain.empty();
    connection.server_name = flags.server_name;
    if (reader.fault().empty()) connection.credentials = grpc::SslCredentials(options);
  }
  connection.fault = reader.fault();
  if (connection.credentials == nullptr) {
    connection.credentials = grpc::InsecureChannelCredentials();
  }
  return connection;
}

bool IsLoopbackAddress(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host == "localhost") return true;
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  in6_addr six{};
  return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

}  // namespace understudy
