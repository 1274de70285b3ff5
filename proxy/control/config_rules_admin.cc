// Rules about the admin interfaces: who can reach them, and how they know who asks.
#include <fmt/format.h>

#include "proxy/base/status.h"
#include "proxy/control/admin_address.h"
#include "proxy/control/admin_tokens.h"
#include "proxy/control/certificate_files.h"
#include "proxy/control/config_rules.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

const char* PathOf(CertificateFault::File file) {
  switch (file) {
    case CertificateFault::File::kCertificate:
      return "admin.tls.certificate";
    case CertificateFault::File::kPrivateKey:
      return "admin.tls.private_key";
    case CertificateFault::File::kClientCa:
      return "admin.tls.client_ca";
  }
  return "admin.tls";
}

void CheckTokens(const RuleContext& context, const std::string& path) {
  const absl::StatusOr<TokenList> list = ReadTokens(path);
  if (!list.ok()) {
    return context.Fault("admin.tokens",
                         fmt::format("the file {} {}", Quoted(path), Message(list.status())));
  }
  for (const TokenFault& fault : list->faults) {
    context.faults.AddElsewhere(path, {fault.line, fault.column}, fault.message);
  }
}

}  // namespace

void CheckAdmin(const RuleContext& context) {
  const AdminConfig& admin = context.topology.admin;
  if (admin.grpc && !IsLoopback(*admin.grpc) && !MayLeaveLoopback(admin)) {
    const bool asks = !admin.tokens.empty() || (admin.tls && !admin.tls->client_ca.empty());
    context.Fault(
        "admin.grpc",
        fmt::format("'admin.grpc' is {}, which is not of this machine alone, and needs "
                    "{}; write that, or 127.0.0.1:{}",
                    Quoted(admin.grpc->text),
                    asks        ? "'admin.tls' so that nobody reads along"
                    : admin.tls ? "'admin.tokens' or 'admin.tls.client_ca' to know who asks"
                                : "'admin.tls', and 'admin.tokens' or 'admin.tls.client_ca'",
                    admin.grpc->port));
  }
  if (admin.http && !IsLoopback(*admin.http)) {
    context.Fault("admin.http",
                  fmt::format("'admin.http' must be a loopback address, because it has neither TLS "
                              "nor authentication; write 127.0.0.1:{} in place of {}",
                              admin.http->port, Quoted(admin.http->text)));
  }
  if (!admin.certificate_roles.empty() && (!admin.tls || admin.tls->client_ca.empty())) {
    context.Fault("admin.certificate_roles",
                  "'certificate_roles' are of clients' certificates, which are only asked for with "
                  "'client_ca' in 'admin.tls'");
  }
}

void CheckAdminFiles(const RuleContext& context) {
  const AdminConfig& admin = context.topology.admin;
  if (admin.tls && !context.source.IsFaultyWithin("admin.tls")) {
    const CertificateReading reading = ReadCertificateFiles(admin.tls->own, admin.tls->client_ca);
    for (const CertificateFault& fault : reading.faults) {
      context.Fault(PathOf(fault.file), fault.message);
    }
  }
  if (!admin.tokens.empty()) CheckTokens(context, admin.tokens);
}

}  // namespace understudy
