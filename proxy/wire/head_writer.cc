// Field by field: what is dropped, what is replaced, what is added.
#include "proxy/wire/head_writer.h"

#include <algorithm>
#include <charconv>

#include "proxy/model/grpc.h"
#include "proxy/wire/field_rules.h"
#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

constexpr std::size_t kUsualHead = 1000;  // bytes: few are larger

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Copies fields. Those that lie behind each other as "name: value" go in one piece.
class FieldCopy {
 public:
  explicit FieldCopy(std::string& out) : out_(out) {}
  void Add(const HeaderField& field) {
    const char* const begin = field.name.data();
    const char* const value = field.value.data();
    const char* const end = value + field.value.size();
    if (value != begin + field.name.size() + 2 || value[-1] != ' ' || end[0] != '\r' ||
        end[1] != '\n') {
      Flush();
      AppendField(out_, field.name, field.value);
      return;
    }
    if (begin != end_) {
      Flush();
      begin_ = begin;
    }
    end_ = end + 2;
  }
  // Before anything else is appended, and at the end.
  void Flush() {
    if (begin_ != nullptr) out_.append(begin_, end_);
    begin_ = end_ = nullptr;
  }

 private:
  std::string& out_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
};

void AppendNumber(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// Fields of a request that are written anew, or meant for this proxy.
bool IsOurs(std::string_view name) {
  switch (name[0] | 0x20) {
    case 'h':
      return Means(name, "host");
    case 'c':
      return Means(name, "content-length");
    case 'e':
      return Means(name, "expect");
    case 'x':
      return MeansPrefix(name, "x-understudy-") || Means(name, "x-forwarded-for") ||
             Means(name, "x-forwarded-proto") || Means(name, "x-forwarded-host");
    default:
      return false;
  }
}

bool Listed(const std::vector<std::string>* names, std::string_view name) {
  return names != nullptr && std::any_of(names->begin(), names->end(),
                                         [&](const std::string& n) { return NameIs(name, n); });
}

bool IsEdited(const HeaderEdits& edits, std::string_view name) {
  const auto same = [&](std::string_view other) { return SameName(other, name); };
  return std::any_of(edits.remove.begin(), edits.remove.end(), same) ||
         std::any_of(edits.set.begin(), edits.set.end(),
                     [&](const auto& edit) { return same(edit.first); });
}

void AppendTarget(std::string& out, const Cluster& cluster, std::string_view target) {
  if (target == "*") {
    out.append(target);
    return;
  }
  out.append(cluster.path_prefix);
  const auto& [from, to] = cluster.path_replace;
  if (!from.empty() && target.starts_with(from)) {
    out.append(to);
    target.remove_prefix(from.size());
  }
  out.append(target);
}

// traceparent: version-traceid-parentid-flags; a shadow gets a parent id of its own.
void AppendTraceparent(std::string& out, const HeaderField& field, std::string_view parent) {
  if (field.value.size() >= 55 && field.value[35] == '-' && field.value[52] == '-') {
    out.append(field.name).append(": ").append(field.value.substr(0, 36)).append(parent);
    out.append(field.value.substr(52)).append("\r\n");
  }
}

// Max-Forwards counts down on its way; zero does not come here (RFC 9110 section 7.6.2).
void AppendHopsLeft(std::string& out, const HeaderField& field) {
  const std::uint64_t hops = syntax::ParseDecimal(field.value).value_or(0);
  if (hops == 0) return AppendField(out, field.name, field.value);
  out.append(field.name).append(": ");
  AppendNumber(out, hops - 1);
  out.append("\r\n");
}

void AppendForwardedFor(std::string& out, const std::vector<HeaderField>& fields,
                        std::string_view client_address) {
  out.append("X-Forwarded-For: ");
  for (const HeaderField& field : fields) {
    if (!NameIs(field.name, "x-forwarded-for") || field.value.empty()) continue;
    out.append(field.value).append(", ");
  }
  out.append(client_address).append("\r\n");
}

void AppendFraming(std::string& out, const RequestHead& head, const RequestRewrite& rewrite) {
  if (rewrite.set_length || head.framing == Framing::kLength) {
    out.append("Content-Length: ");
    AppendNumber(out, rewrite.set_length ? rewrite.length : head.content_length);
    out.append("\r\n");
  } else if (head.framing == Framing::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (FindField(head.fields, "content-length") != nullptr) {
    out.append("Content-Length: 0\r\n");
  }
}

void AppendUpgrade(std::string& out) {
  out.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
}

std::string_view Authority(const RequestHead& head, const RequestRewrite& rewrite) {
  const Cluster& cluster = *rewrite.cluster;
  if (cluster.authority_mode == AuthorityMode::kLiteral) return cluster.authority;
  const bool own = cluster.authority_mode == AuthorityMode::kUpstream || head.host.empty();
  return own ? rewrite.endpoint : head.host;
}

}  // namespace

void WriteRequestHead(const RequestHead& head, const RequestRewrite& rewrite, std::string& out) {
  const Cluster& cluster = *rewrite.cluster;
  const bool shadow = !rewrite.role.empty();
  const bool edits = !cluster.headers.set.empty() || !cluster.headers.remove.empty();
  const auto edited = [&](std::string_view name) {
    return edits && IsEdited(cluster.headers, name);
  };
  out.clear();
  out.reserve(kUsualHead);
  out.append(head.method).append(" ");
  AppendTarget(out, cluster, head.target);
  out.append(" HTTP/1.1\r\nHost: ").append(Authority(head, rewrite)).append("\r\n");
  const NominatedFields nominated(head.fields);
  FieldCopy copy(out);
  for (const HeaderField& field : head.fields) {
    const std::string_view name = field.name;
    // What Connection names cannot take away what this proxy itself writes: a client could hide
    // where it comes from.
    if (IsHopByHop(name) || IsOurs(name) || edited(name) || nominated.Has(name)) continue;
    if (shadow && IsCredential(name) && !Listed(rewrite.forward_credentials, name)) continue;
    if (shadow && NameIs(name, "traceparent")) {
      copy.Flush();
      AppendTraceparent(out, field, rewrite.traceparent_parent);
    } else if (head.method == "OPTIONS" && NameIs(name, "max-forwards")) {
      copy.Flush();
      AppendHopsLeft(out, field);
    } else if (rewrite.grpc_timeout > Duration::zero() && NameIs(name, "grpc-timeout")) {
      copy.Flush();
      AppendField(out, name, FormatGrpcTimeout(rewrite.grpc_timeout));
    } else {
      copy.Add(field);
    }
  }
  copy.Flush();
  AppendFraming(out, head, rewrite);
  if (head.upgrade && !shadow) AppendUpgrade(out);
  if (!edited("x-forwarded-for")) AppendForwardedFor(out, head.fields, rewrite.client_address);
  if (!edited("x-forwarded-proto")) {
    AppendField(out, "X-Forwarded-Proto", rewrite.https ? "https" : "http");
  }
  if (!head.host.empty() && !edited("x-forwarded-host")) {
    AppendField(out, "X-Forwarded-Host", head.host);
  }
  for (const auto& [name, value] : cluster.headers.set) AppendField(out, name, value);
  if (shadow) {
    AppendField(out, "x-understudy-role", rewrite.role);
    AppendField(out, "x-understudy-route", rewrite.route);
    AppendField(out, "x-understudy-candidate", rewrite.candidate);
    AppendField(out, "x-understudy-pair", rewrite.pair_id);
  }
  out.append("\r\n");
}

void WriteAnswerHead(const AnswerHead& head, const AnswerRewrite& rewrite, std::string& out) {
  out.clear();
  out.append("HTTP/1.1 ");
  AppendNumber(out, static_cast<std::uint64_t>(head.status));
  out.append(" ").append(head.reason).append("\r\n");
  bool dated = rewrite.date.empty();
  const NominatedFields nominated(head.fields);
  FieldCopy copy(out);
  for (const HeaderField& field : head.fields) {
    if (!GoesOn(field, head, nominated)) continue;
    dated = dated || NameIs(field.name, "date");
    copy.Add(field);
  }
  copy.Flush();
  if (rewrite.chunk || (head.framing == Framing::kChunked && !rewrite.unchunk)) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (rewrite.upgrade) {
    AppendUpgrade(out);
  } else if (rewrite.close) {
    out.append("Connection: close\r\n");
  } else if (rewrite.client_minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  if (!dated) AppendField(out, "Date", rewrite.date);
  if (!rewrite.arm.empty()) AppendField(out, "x-understudy-arm", rewrite.arm);
  out.append("\r\n");
}

bool IsShadowRequest(const RequestHead& head) {
  const HeaderField* role = FindField(head.fields, "x-understudy-role");
  return role != nullptr && (role->value == "shadow" || role->value == "control");
}

}  // namespace understudy
