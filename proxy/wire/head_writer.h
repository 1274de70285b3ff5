// Writes heads: a request's for an upstream, an answer's for a client. Hop-by-hop fields stay
// behind (RFC 9110 section 7.6.1); everything else keeps its bytes and order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/base/time.h"
#include "proxy/model/message.h"
#include "proxy/model/topology.h"
#include "proxy/wire/field_rules.h"

namespace understudy {

// What a request's head becomes for one arm.
struct RequestRewrite {
  const Cluster* cluster = nullptr;
  std::string_view client_address;  // for X-Forwarded-For
  bool https = false;               // for X-Forwarded-Proto: the client came over TLS
  std::string_view endpoint;        // for `authority: upstream`
  // For shadows, else empty:
  std::string_view role;  // "shadow" or "control"
  std::string_view route;
  std::string_view candidate;
  std::string_view pair_id;
  std::string_view traceparent_parent;  // 16 hex digits that replace the parent id
  const std::vector<std::string>* forward_credentials = nullptr;
  // What is left of the client's grpc-timeout; zero: it has none, or it goes on as it is.
  Duration grpc_timeout = Duration::zero();
  // Replaces the body's framing, when the body was rewritten.
  bool set_length = false;
  std::uint64_t length = 0;
};

// Replaces `out`. A shadow's head leaves out credentials and idempotency keys.
void WriteRequestHead(const RequestHead& head, const RequestRewrite& rewrite, std::string& out);

struct AnswerRewrite {
  bool close = false;  // the connection closes after this answer
  int client_minor_version = 1;
  bool chunk = false;    // the body has no end of its own: it will be sent chunked
  bool upgrade = false;  // a 101: the connection speaks WebSocket from here on
  bool unchunk = false;  // for an HTTP/1.0 client: the framing is dropped
  std::string_view arm;  // x-understudy-arm, when not empty
  // Added where the upstream sent none (RFC 9110 section 6.6.1), when not empty.
  std::string_view date;
};

// Whether a field of an upstream's answer goes on to the client.
inline bool GoesOn(const HeaderField& field, const AnswerHead& head,
                   const NominatedFields& nominated) {
  if (IsHopByHop(field.name) || MeansPrefix(field.name, "x-understudy-")) return false;
  // The length frames the body on the client's connection, too: no upstream may take it away. RFC
  // 9110 section 8.6 says where it never stands.
  if (NameIs(field.name, "content-length")) return head.status >= 200 && head.status != 204;
  return !nominated.Has(field.name);
}

// Replaces `out`. For interim answers, too.
void WriteAnswerHead(const AnswerHead& head, const AnswerRewrite& rewrite, std::string& out);

// Whether an inbound request is a shadow of an understudy in front of this one.
bool IsShadowRequest(const RequestHead& head);

}  // namespace understudy
