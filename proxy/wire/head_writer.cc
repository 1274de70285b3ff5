// Field by field: what is dropped, what is replaced, what is added.
#include "proxy/wire/head_writer.h"

#include <algorithm>
#include <charconv>

#include "proxy/wire/http1_syntax.h"

namespace understudy {
namespace {

void AppendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void AppendNumber(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

// Whether a Connection field may name further hop-by-hop fields; the usual options name none.
bool NominatesFields(const std::vector<HeaderField>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const HeaderField& field) {
    return NameIs(field.name, "connection") && !NameIs(field.value, "keep-alive") &&
           !NameIs(field.value, "close");
  });
}

bool IsNominated(const std::vector<HeaderField>& fields, std::string_view name) {
  bool nominated = false;
  for (const HeaderField& field : fields) {
    if (!NameIs(field.name, "connection")) continue;
    syntax::ForEachElement(field.value, [&](std::string_view option) {
      nominated = nominated || SameName(option, name);
    });
  }
  return nominated;
}

bool IsHopByHop(std::string_view name) {
  switch (name.size()) {
    case 2:
      return NameIs(name, "te");
    case 7:
      return NameIs(name, "upgrade");
    case 10:
      return NameIs(name, "connection") || NameIs(name, "keep-alive");
    case 16:
      return NameIs(name, "proxy-connection");
    case 17:
      return NameIs(name, "transfer-encoding");
    case 19:
      return NameIs(name, "proxy-authorization");
    default:
      return false;
  }
}

bool StartsWithLower(std::string_view name, std::string_view lower) {
  return name.size() >= lower.size() && NameIs(name.substr(0, lower.size()), lower);
}

bool IsCredential(std::string_view name) {
  for (const std::string_view secret :
       {"authorization", "cookie", "x-api-key", "api-key", "idempotency-key", "x-goog-api-key",
        "x-amz-security-token", "openai-organization", "openai-project"}) {
    if (NameIs(name, secret)) return true;
  }
  return false;
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

}  // namespace

void WriteRequestHead(const RequestHead& head, const RequestRewrite& rewrite, std::string& out) {
  const Cluster& cluster = *rewrite.cluster;
  const bool shadow = !rewrite.role.empty();
  const bool edits = !cluster.headers.set.empty() || !cluster.headers.remove.empty();
  std::string_view forwarded_for;
  out.clear();
  out.append(head.method).append(" ");
  AppendTarget(out, cluster, head.target);
  out.append(" HTTP/1.1\r\nHost: ");
  out.append(cluster.authority_mode == AuthorityMode::kLiteral ? std::string_view(cluster.authority)
             : cluster.authority_mode == AuthorityMode::kUpstream ? rewrite.endpoint
             : head.host.empty()                                  ? rewrite.endpoint
                                                                  : head.host);
  out.append("\r\n");
  const bool check_nominated = NominatesFields(head.fields);
  for (const HeaderField& field : head.fields) {
    const std::string_view name = field.name;
    if (IsHopByHop(name)) continue;
    switch (name[0] | 0x20) {
      case 'h':
        if (NameIs(name, "host") || NameIs(name, "http2-settings")) continue;
        break;
      case 'c':
        if (NameIs(name, "content-length")) continue;
        break;
      case 'e':
        if (NameIs(name, "expect")) continue;
        break;
      case 'x':
        if (StartsWithLower(name, "x-understudy-")) continue;
        if (NameIs(name, "x-forwarded-for")) {
          forwarded_for = field.value;
          continue;
        }
        if (NameIs(name, "x-forwarded-proto") || NameIs(name, "x-forwarded-host")) continue;
        break;
      case 't':
        if (shadow && NameIs(name, "traceparent")) {
          AppendTraceparent(out, field, rewrite.traceparent_parent);
          continue;
        }
        break;
      default:
        break;
    }
    if (check_nominated && IsNominated(head.fields, name)) continue;
    if (shadow && IsCredential(name) && !Listed(rewrite.forward_credentials, name)) continue;
    if (edits && IsEdited(cluster.headers, name)) continue;
    AppendField(out, name, field.value);
  }
  if (rewrite.set_length || head.framing == Framing::kLength) {
    out.append("Content-Length: ");
    AppendNumber(out, rewrite.set_length ? rewrite.length : head.content_length);
    out.append("\r\n");
  } else if (head.framing == Framing::kChunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (FindField(head.fields, "content-length") != nullptr) {
    out.append("Content-Length: 0\r\n");
  }
  out.append("X-Forwarded-For: ");
  if (!forwarded_for.empty()) out.append(forwarded_for).append(", ");
  out.append(rewrite.client_address).append("\r\nX-Forwarded-Proto: http\r\n");
  if (!head.host.empty()) AppendField(out, "X-Forwarded-Host", head.host);
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
  const bool check_nominated = NominatesFields(head.fields);
  for (const HeaderField& field : head.fields) {
    const std::string_view name = field.name;
    if (IsHopByHop(name)) continue;
    if ((name[0] | 0x20) == 'x' && StartsWithLower(name, "x-understudy-")) continue;
    if (check_nominated && IsNominated(head.fields, name)) continue;
    AppendField(out, name, field.value);
  }
  if (rewrite.chunk || (head.framing == Framing::kChunked && !rewrite.unchunk)) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  if (rewrite.close) {
    out.append("Connection: close\r\n");
  } else if (rewrite.client_minor_version == 0) {
    out.append("Connection: keep-alive\r\n");
  }
  if (!rewrite.arm.empty()) AppendField(out, "x-understudy-arm", rewrite.arm);
  out.append("\r\n");
}

bool IsShadowRequest(const RequestHead& head) {
  const HeaderField* role = FindField(head.fields, "x-understudy-role");
  return role != nullptr && (role->value == "shadow" || role->value == "control");
}

}  // namespace understudy
