// The HTTP/1.1 request reader: every cut of a connection's bytes gives the same requests, and what
// is forwarded of an accepted one reads as that request and nothing else.
#include <algorithm>

#include "proxy/wire/field_rules.h"
#include "proxy/wire/head_writer.h"
#include "test/fuzz/fuzz.h"
#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

const HeadLimits kSmall{2048, 24};
const HeadLimits kLarge{64u << 10, 100};

using Fields = std::vector<std::pair<std::string, std::string>>;

void RequireSameInEveryCut(std::string_view raw, const std::vector<SeenRequest>& whole) {
  Chance chance(raw);
  for (int round = 0; round < 4; ++round) {
    RequestReader reader(kSmall);
    for (const std::string_view piece : RandomPieces(raw, chance)) reader.Give(piece);
    Require(reader.Seen() == whole, "a request reads the same however it is cut");
  }
}

RequestHead HeadOf(const SeenRequest& request) {
  RequestHead head;
  head.method = request.method;
  head.target = request.target;
  head.path = request.path;
  head.host = request.host;
  for (const auto& [name, value] : request.fields) head.fields.push_back({name, value});
  head.minor_version = request.minor_version;
  head.framing = request.framing;
  head.content_length = request.content_length;
  return head;
}

// The fields that are the client's own and end to end: they arrive unchanged and in order.
Fields EndToEnd(const SeenRequest& request, bool shadow) {
  static constexpr std::string_view kWrittenAnew[] = {"host",
                                                      "content-length",
                                                      "expect",
                                                      "x-forwarded-for",
                                                      "x-forwarded-proto",
                                                      "x-forwarded-host",
                                                      "max-forwards",
                                                      "traceparent"};
  std::vector<HeaderField> views;
  for (const auto& [name, value] : request.fields) views.push_back({name, value});
  const NominatedFields nominated(views);
  Fields kept;
  for (const auto& [name, value] : request.fields) {
    const auto is = [&n = name](std::string_view other) { return Means(n, other); };
    if (IsHopByHop(name) || nominated.Has(name) || MeansPrefix(name, "x-understudy-")) continue;
    if (std::any_of(std::begin(kWrittenAnew), std::end(kWrittenAnew), is)) continue;
    if (shadow && IsCredential(name)) continue;
    kept.emplace_back(name, value);
  }
  return kept;
}

void RequireSameWhenForwarded(const SeenRequest& request, bool shadow) {
  static const Cluster cluster;
  RequestRewrite rewrite;
  rewrite.cluster = &cluster;
  rewrite.client_address = "192.0.2.7";
  rewrite.endpoint = "192.0.2.1:80";
  if (shadow) {
    rewrite.role = "shadow";
    rewrite.route = "all";
    rewrite.candidate = "v2";
    rewrite.pair_id = "00000000000000ff";
    rewrite.traceparent_parent = "00000000000000aa";
  }
  std::string wire;
  WriteRequestHead(HeadOf(request), rewrite, wire);
  Chance chance(wire);
  if (request.framing == Framing::kChunked) {
    for (const std::string_view piece : RandomPieces(request.payload, chance)) {
      char size[20];
      std::snprintf(size, sizeof size, "%zX\r\n", piece.size());
      wire.append(size).append(piece).append("\r\n");
    }
    wire += "0\r\n\r\n";
  } else {
    wire += request.payload;
  }
  wire += "GET /the-next-one HTTP/1.1\r\nHost: next\r\n\r\n";
  const auto seen = ReadRequests(wire, kLarge);
  Require(seen.size() == 2 && seen[0].refused == 0 && seen[1].refused == 0,
          "a forwarded request is one request, and the next one follows it");
  Require(seen[1].target == "/the-next-one" && seen[1].host == "next" && seen[1].whole,
          "nothing of a forwarded request belongs to the next one");
  const SeenRequest& again = seen[0];
  Require(again.method == request.method && again.target == request.target,
          "a forwarded request keeps its method and target");
  Require(again.framing == request.framing && again.content_length == request.content_length &&
              again.payload == request.payload && again.whole,
          "a forwarded request keeps its framing and payload");
  Require(request.host.empty() || again.host == request.host, "a forwarded request keeps its host");
  Require(EndToEnd(again, false) == EndToEnd(request, shadow),
          "end-to-end fields are forwarded unchanged and in order, and no others");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view raw = TextOf(data, size);
  const auto whole = ReadRequests(raw, kSmall);
  RequireSameInEveryCut(raw, whole);
  for (const SeenRequest& request : whole) {
    Require(request.refused == 0 || &request == &whole.back(),
            "nothing is read behind a refused request");
    if (request.refused != 0 || !request.whole) continue;
    RequireSameWhenForwarded(request, false);
    RequireSameWhenForwarded(request, true);
  }
  return 0;
}
