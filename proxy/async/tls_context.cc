// The settings, and OpenSSL's questions in the middle of a handshake.
#include "proxy/async/tls_context.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <atomic>
#include <new>
#include <utility>

#include "proxy/async/tls_names.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

// Forward secrecy and authenticated encryption alone; 128 bits first, as they cost less.
constexpr const char* kCiphers13 =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr int kSecurityLevel = 2;  // 112 bits: RSA keys from 2048 bits on
constexpr std::size_t kReadAhead = 64u << 10;
constexpr long kSessionSeconds = 2 * 3600;
constexpr std::size_t kTicketKeys = 80;

constexpr std::string_view kHttp1 = "\x08http/1.1";
constexpr std::string_view kHttp2 = "\x02h2";
constexpr std::string_view kBoth = "\x02h2\x08http/1.1";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What a server's context knows beside OpenSSL; goes with it.
struct ServerParts {
  std::vector<TlsIdentity> identities;
  TlsNames names;
  std::string_view protocols;
};

std::string LastError() {
  const char* const text = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return text == nullptr ? "for no known reason" : text;
}

int PartsIndex() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* parts, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<ServerParts*>(parts);
      });
  return index;
}

TlsHandle<SSL_CTX> NewContext(const SSL_METHOD* method, bool only_13) {
  TlsHandle<SSL_CTX> context(SSL_CTX_new(method));
  if (context == nullptr) throw std::bad_alloc();
  SSL_CTX* const c = context.get();
  SSL_CTX_set_min_proto_version(c, only_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(c, 0);
  SSL_CTX_set_security_level(c, kSecurityLevel);
  SSL_CTX_set_cipher_list(c, kCiphers);
  SSL_CTX_set_ciphersuites(c, kCiphers13);
  SSL_CTX_set1_groups_list(c, kGroups);
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(c, 1);
  SSL_CTX_set_default_read_buffer_len(c, kReadAhead);
  SSL_CTX_set_timeout(c, kSessionSeconds);
  return context;
}

// As the certificate of clients that ask for no other, or of this side.
absl::Status Use(SSL_CTX& context, const TlsIdentity& identity) {
  if (SSL_CTX_use_cert_and_key(&context, identity.certificate.get(), identity.key.get(),
                               identity.chain.get(), 1) == 1) {
    return absl::OkStatus();
  }
  return InvalidArgument("the certificate cannot be used: " + LastError());
}

absl::Status Believe(SSL_CTX& context, const STACK_OF(X509) & authorities) {
  X509_STORE* const store = SSL_CTX_get_cert_store(&context);
  for (int i = 0; i < sk_X509_num(&authorities); ++i) {
    if (X509_STORE_add_cert(store, sk_X509_value(&authorities, i)) != 1) {
      return InvalidArgument("an authority cannot be used: " + LastError());
    }
  }
  // Whoever is in the file is believed, be it an authority below another one.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return absl::OkStatus();
}

int ChooseCertificate(SSL* ssl, void* of_context) {
  const auto& parts = *static_cast<const ServerParts*>(of_context);
  const char* const host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const std::size_t index = host == nullptr ? 0 : parts.names.Find(host);
  if (index == 0) return 1;
  const TlsIdentity& identity = parts.identities[index];
  SSL_certs_clear(ssl);
  return SSL_use_cert_and_key(ssl, identity.certificate.get(), identity.key.get(),
                              identity.chain.get(), 1);
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void* of_context) {
  const std::string_view ours = static_cast<const ServerParts*>(of_context)->protocols;
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, Bytes(ours), static_cast<unsigned>(ours.size()),
                            offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status AskForCertificates(SSL_CTX& context, const STACK_OF(X509) & authorities) {
  RETURN_IF_ERROR(Believe(context, authorities));
  for (int i = 0; i < sk_X509_num(&authorities); ++i) {
    SSL_CTX_add_client_CA(&context, sk_X509_value(&authorities, i));
  }
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return absl::OkStatus();
}

// Each identity is tried now: clients would find out one by one.
absl::Status UseAll(SSL_CTX& context, const std::vector<TlsIdentity>& identities) {
  for (std::size_t i = identities.size(); i-- > 1;) {
    SSL_CTX* const alone = SSL_CTX_new(TLS_server_method());
    const TlsHandle<SSL_CTX> owned(alone);
    if (alone == nullptr) throw std::bad_alloc();
    SSL_CTX_set_security_level(alone, kSecurityLevel);
    const absl::Status used = Use(*alone, identities[i]);
    if (!used.ok())
      return InvalidArgument(fmt::format("certificates[{}]: {}", i - 1, Message(used)));
  }
  return Use(context, identities.front());
}

void TakeKeysOver(SSL_CTX& to, const SSL_CTX& from) {
  std::array<unsigned char, kTicketKeys> keys{};
  // It only reads; the interface is older than that word.
  SSL_CTX_get_tlsext_ticket_keys(const_cast<SSL_CTX*>(&from), keys.data(), keys.size());
  SSL_CTX_set_tlsext_ticket_keys(&to, keys.data(), keys.size());
  OPENSSL_cleanse(keys.data(), keys.size());
}

bool IsAddress(const std::string& name) {
  std::array<unsigned char, 16> bytes;
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace

TlsContext::TlsContext(TlsHandle<SSL_CTX> context)
    : context_(std::move(context)), generation_([] {
        static std::atomic<std::uint64_t> made{0};
        return made.fetch_add(1, std::memory_order_relaxed) + 1;
      }()) {}

absl::StatusOr<std::shared_ptr<const TlsContext>> MakeServerContext(TlsServerRules rules) {
  TlsHandle<SSL_CTX> context = NewContext(TLS_server_method(), rules.only_13);
  SSL_CTX* const c = context.get();
  RETURN_IF_ERROR(UseAll(*c, rules.identities));
  if (rules.client_authorities != nullptr) {
    RETURN_IF_ERROR(AskForCertificates(*c, *rules.client_authorities));
  }
  // Sessions live in tickets alone, so every worker takes up any of them.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  const std::string id = rules.sessions.substr(0, SSL_MAX_SID_CTX_LENGTH);
  SSL_CTX_set_session_id_context(c, Bytes(id), static_cast<unsigned>(id.size()));
  if (rules.keys_of != nullptr) TakeKeysOver(*c, rules.keys_of->Native());
  auto* const parts = new ServerParts;
  for (std::size_t i = 1; i < rules.identities.size(); ++i) {
    parts->names.Add(CertificateNames(*rules.identities[i].certificate), i);
  }
  parts->identities = std::move(rules.identities);
  parts->protocols = rules.http2 ? kBoth : kHttp1;
  SSL_CTX_set_ex_data(c, PartsIndex(), parts);
  SSL_CTX_set_cert_cb(c, ChooseCertificate, parts);
  SSL_CTX_set_alpn_select_cb(c, ChooseProtocol, parts);
  return std::make_shared<const TlsContext>(std::move(context));
}

absl::StatusOr<std::shared_ptr<const TlsContext>> MakeClientContext(TlsClientRules rules) {
  TlsHandle<SSL_CTX> context = NewContext(TLS_client_method(), rules.only_13);
  RETURN_IF_ERROR(Believe(*context, *rules.authorities));
  if (rules.identity.certificate != nullptr) RETURN_IF_ERROR(Use(*context, rules.identity));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  KeepSessions(*context);
  return std::make_shared<const TlsContext>(std::move(context));
}

bool AskFor(SSL& ssl, const std::string& server_name, TlsProtocols protocols) {
  const std::string_view offered = protocols == TlsProtocols::kHttp1   ? kHttp1
                                   : protocols == TlsProtocols::kHttp2 ? kHttp2
                                                                       : kBoth;
  SSL_set_alpn_protos(&ssl, Bytes(offered), static_cast<unsigned>(offered.size()));
  if (IsAddress(server_name)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), server_name.c_str()) == 1;
  }
  // Names stand among the alternative ones (RFC 9525 section 6.3); a wildcard is a whole label.
  SSL_set_hostflags(&ssl,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return !server_name.empty() && SSL_set1_host(&ssl, server_name.c_str()) == 1 &&
         SSL_set_tlsext_host_name(&ssl, server_name.c_str()) == 1;
}

}  // namespace understudy
