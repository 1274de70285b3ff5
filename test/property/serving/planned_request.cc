// Heads, framings and mistakes, drawn at random.
#include "test/property/serving/planned_request.h"

namespace understudy {
namespace {

void AddLine(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(":").append(value).append("\r\n");
}

// Fields around the framing: some go through, some end here.
void AddFields(PlannedRequest& request, std::string& head, Chance& chance) {
  const auto end_to_end = [&](std::string_view name, std::string_view value) {
    head.append(name).append(chance.Of({": ", ":", ":\t ", ":  "})).append(value);
    head.append(chance.Of({"", " ", "\t"})).append("\r\n");
    request.fields.emplace_back(name, value);
  };
  end_to_end("x-case", request.id);
  for (std::size_t n = chance.Below(6); n > 0; --n) {
    switch (chance.Below(14)) {
      case 0:
        end_to_end("Accept", "application/json, */*;q=0.1");
        break;
      case 1:
        end_to_end("X-Twice", chance.Of({"1", "2", ""}));
        break;
      case 2:
        end_to_end("x_under", "v: w");
        break;
      case 3:
        end_to_end("Authorization", "Bearer a.b.c");
        break;
      case 4:
        end_to_end("User-Agent", "caf\xC3\xA9 \"quoted\" (x)");
        break;
      case 5:
        if (request.old) break;  // it would be kept
        AddLine(head, "Connection", " X-Gone , keep-alive");
        AddLine(head, "X-Gone", " 1");
        break;
      case 6:
        AddLine(head, chance.Of({"TE", "Upgrade", "Proxy-Connection", "Keep-Alive"}), " trailers");
        break;
      case 7:
        AddLine(head, "X-Understudy-Role", " nobody");
        break;
      case 8:
        AddLine(head, "Content_Length", " 3");
        break;
      case 9:
        AddLine(head, "Transfer_Encoding", " chunked");
        break;
      case 10:
        AddLine(head, "X-Forwarded-Proto", " gopher");
        break;
      case 11:
        AddLine(head, "X-Forwarded-For", " 203.0.113.9");
        request.forwarded_for = "203.0.113.9, " + request.forwarded_for;
        break;
      case 12:
        if (!request.old) AddLine(head, "Expect", " 100-continue");
        break;
      default:
        end_to_end("X-Long", std::string(chance.Below(3000), 'l'));
    }
  }
}

std::string Body(PlannedRequest& request, std::string& head, Chance& chance) {
  const bool likely = request.method == "POST" || request.method == "PUT";
  const std::size_t kind = chance.Below(likely ? 8 : 24);
  if (kind > 6) return {};
  const bool large = request.route == 'a' && chance.OneIn(12);
  if (kind < 4) request.payload = chance.Payload(large ? 200'000 : 30'000);
  if (kind % 2 == 0 && !request.old) {
    AddLine(head, "Transfer-Encoding", chance.Of({" chunked", "Chunked", "\tCHUNKED "}));
    request.chunked = true;
    if (chance.OneIn(3)) request.trailers = "X-Sum: 1\r\nX-More:two\r\n";
    return chance.Chunked(request.payload, request.trailers);
  }
  AddLine(head, chance.Of({"Content-Length", "content-length"}),
          " " + std::string(chance.Below(3), '0') + std::to_string(request.payload.size()));
  request.says_length = true;
  return request.payload;
}

}  // namespace

bool PlannedRequest::Repeatable() const {
  const bool idempotent = method == "GET" || method == "HEAD" || method == "OPTIONS" ||
                          method == "PUT" || method == "DELETE";
  return route != 'd' || idempotent;
}

PlannedRequest ProperRequest(std::string id, Chance& chance) {
  PlannedRequest request;
  request.id = std::move(id);
  request.method = chance.Of(
      {"GET", "GET", "HEAD", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"});
  request.route = chance.Of({"a", "b", "b", "d"}).front();
  if (chance.OneIn(15)) request.fate = Fate::kNoRoute;
  request.old = chance.OneIn(15);
  request.forwarded_for = "127.0.0.1";
  request.host = chance.Of({"models.example", "models.example:8080", "[::1]:80"});
  std::string target = std::string(request.fate == Fate::kNoRoute ? "/none" : "/");
  if (request.fate == Fate::kServed) target += request.route;
  target += chance.Of({"", "/x", "/v2/m?q=%20a&b=/../c", "//x/./..;p", "?", "/%2F%00"});
  request.start_line = request.method + " " + target + " HTTP/1.1";
  const std::string_view version = request.old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";

  std::string head;
  for (std::size_t n = chance.OneIn(8) ? chance.Below(3) : 0; n > 0; --n) head += "\r\n";
  const bool absolute = chance.OneIn(10);
  head += request.method + " " + (absolute ? "http://b.example:81" + target : target);
  head.append(version);
  AddLine(head, chance.Of({"Host", "host", "HOST"}), " " + request.host);
  if (absolute) request.host = "b.example:81";
  const bool framing_first = chance.OneIn(2);
  std::string body;
  if (framing_first) body = Body(request, head, chance);
  AddFields(request, head, chance);
  if (!framing_first) body = Body(request, head, chance);
  const bool says_close = chance.OneIn(15);
  if (says_close) AddLine(head, "Connection", " x-other, Close");
  request.closes =
      says_close || request.old ||
      (request.fate == Fate::kNoRoute && (request.chunked || !request.payload.empty()));
  request.wire = head + "\r\n" + body;
  return request;
}

PlannedRequest MalformedRequest(std::string id, Chance& chance) {
  PlannedRequest request;
  request.id = std::move(id);
  request.method = "POST";
  request.route = chance.Of({"a", "b", "d"}).front();
  request.closes = true;
  const std::string start = "POST /" + std::string(1, request.route) + "/x HTTP/1.1\r\n";
  const std::string host = "Host: h\r\nx-case: " + request.id + "\r\n";
  const std::string chunked = start + host + "Transfer-Encoding: chunked\r\n\r\n";
  static constexpr std::string_view kBadFraming[] = {
      "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
      "Content-Length: 3\r\nContent-Length: 3\r\n",
      "Content-Length: 3\r\nContent-Length: 30\r\n",
      "Content-Length: 3, 3\r\n",
      "Content-Length: +3\r\n",
      "Content-Length: 0x3\r\n",
      "Content-Length: 9223372036854775808\r\n",
      "Content-Length:\r\n",
      "Transfer-Encoding: chunked, chunked\r\n",
      "Transfer-Encoding: identity\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding: gzip, chunked\r\n",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      "Content-Length : 3\r\n",
      " Content-Length: 3\r\n",
      "X: a\r\n Transfer-Encoding: chunked\r\n",
      "X: a\nTransfer-Encoding: chunked\r\n",
      "X: a\rContent-Length: 3\r\n",
      "Host: other\r\n",
      "Expect: 200-ok\r\n"};
  static constexpr std::string_view kBadChunks[] = {"3\r\nabcX0\r\n\r\n",
                                                    "3\r\nabcd\r\n0\r\n\r\n",
                                                    "3\nabc\r\n0\r\n\r\n",
                                                    "-1\r\n\r\n",
                                                    "0x3\r\nabc\r\n0\r\n\r\n",
                                                    " 3\r\nabc\r\n0\r\n\r\n",
                                                    "3 \r\nabc\r\n0\r\n\r\n",
                                                    "1000000000000000\r\n",
                                                    "g\r\n",
                                                    "3;a\nb\r\nabc\r\n",
                                                    "0\r\nHost: x\r\n\r\n",
                                                    "0\r\nContent-Length: 3\r\n\r\n",
                                                    "0\r\nX: a\r\n folded\r\n\r\n",
                                                    "0\r\nX\r\n\r\n",
                                                    "0\r\n\n"};
  if (chance.OneIn(2)) {
    request.fate = Fate::kBadHead;
    request.wire =
        start + host + std::string(kBadFraming[chance.Below(std::size(kBadFraming))]) + "\r\nabc";
  } else if (chance.OneIn(3)) {
    request.fate = Fate::kBadHead;
    request.wire = std::string(
        chance.Of({"POST /a HTTP/1.1\r\n\r\n", "POST /a HTTP/3.0\r\n", "POST  /a HTTP/1.1\r\n",
                   "POST /a\r\n", "\n", " POST", "CONNECT x:1 HTTP/1.1\r\n",
                   "TRACE /a HTTP/1.1\r\n", "POST /a b HTTP/1.1\r\n", "POST /a\t HTTP/1.1\r\n",
                   "POST a HTTP/1.1\r\n", "P(ST /a HTTP/1.1\r\n"}));
    if (!request.wire.ends_with("\r\n\r\n")) request.wire += host + "\r\n";
  } else {
    request.fate = Fate::kBadBody;
    const std::string good = chance.Payload(20'000);
    request.wire = chunked;
    if (chance.OneIn(2)) request.wire += chance.Chunks(good);
    request.wire += kBadChunks[chance.Below(std::size(kBadChunks))];
  }
  return request;
}

}  // namespace understudy
