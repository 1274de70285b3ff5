// Request lines: methods, targets in their four forms, versions, and what may stand around them.
#include <catch2/catch.hpp>

#include "test/unit/wire/read_requests.h"

namespace understudy {
namespace {

using namespace std::string_literals;

const std::string kHost = "Host: a.example\r\n\r\n";

void CheckAll(const std::vector<Raw>& rows) {
  for (const auto& [refused, bytes] : rows) {
    const auto seen = ReadRequests(bytes);
    INFO(Visible(bytes));
    REQUIRE(seen.size() == 1);
    INFO(seen.front().why);
    CHECK(seen.front().refused == refused);
  }
}

TEST_CASE("the parts of an ordinary request line are found") {
  const auto request = ReadRequest(
      "POST /v2/models/digits:predict/a%2Fb//c?x=1&y=%20 HTTP/1.1\r\nHost: h:8080\r\n\r\n");
  CHECK(request.refused == 0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/v2/models/digits:predict/a%2Fb//c?x=1&y=%20");
  CHECK(request.path == "/v2/models/digits:predict/a%2Fb//c");
  CHECK(request.host == "h:8080");
  CHECK(request.minor_version == 1);
  CHECK(request.keep_alive);
  CHECK(request.framing == Framing::kNone);
}

TEST_CASE("any method that is a token is taken as it stands") {
  for (const std::string method : {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS",
                                   "PROPFIND", "get", "Get", "M-SEARCH", "X!#$%&'*+-.^_`|~9"}) {
    const auto request = ReadRequest(method + " / HTTP/1.1\r\n" + kHost);
    INFO(method);
    CHECK(request.refused == 0);
    CHECK(request.method == method);
  }
}

TEST_CASE("methods that make a tunnel or reflect a request are not served") {
  CheckAll({{501, "CONNECT a.example:443 HTTP/1.1\r\n" + kHost},
            {501, "CONNECT / HTTP/1.1\r\n" + kHost},
            {501, "TRACE / HTTP/1.1\r\n" + kHost}});
}

TEST_CASE("a request line that is not METHOD TARGET VERSION is refused") {
  CheckAll({{400, "GET\r\n" + kHost},
            {400, "GET /\r\n" + kHost},  // HTTP/0.9
            {400, "GET HTTP/1.1\r\n" + kHost},
            {400, "GET  / HTTP/1.1\r\n" + kHost},
            {400, "GET /  HTTP/1.1\r\n" + kHost},
            {400, "GET / HTTP/1.1 \r\n" + kHost},
            {400, "GET\t/ HTTP/1.1\r\n" + kHost},
            {400, "GET /\tHTTP/1.1\r\n" + kHost},
            {400, " GET / HTTP/1.1\r\n" + kHost},
            {400, "\tGET / HTTP/1.1\r\n" + kHost},
            {400, "GET / a HTTP/1.1\r\n" + kHost},
            {400, "GET / HTTP/1.1 HTTP/1.1\r\n" + kHost},
            {400, "G(T / HTTP/1.1\r\n" + kHost},
            {400, "G\x80T / HTTP/1.1\r\n" + kHost},
            {400, "G\0T / HTTP/1.1\r\n"s + kHost},
            {400, "GET: / HTTP/1.1\r\n" + kHost},
            {400, "\x16\x03\x01\x02"},  // TLS
            {400, "\0"s},
            {400, "{\"inputs\": []}\r\n\r\n"},
            {400, "HTTP/1.1 200 OK\r\n\r\n"}});
}

TEST_CASE("the version decides how the rest is read") {
  CHECK(ReadRequest("GET / HTTP/1.1\r\n" + kHost).minor_version == 1);
  CHECK(ReadRequest("GET / HTTP/1.0\r\n" + kHost).minor_version == 0);
  // A higher minor version is read as the highest known (RFC 9110 section 2.5).
  for (const std::string version : {"HTTP/1.2", "HTTP/1.9"}) {
    const auto request = ReadRequest("GET / " + version + "\r\n" + kHost);
    INFO(version);
    CHECK(request.refused == 0);
    CHECK(request.minor_version == 1);
  }
  CheckAll({{505, "GET / HTTP/2.0\r\n" + kHost},
            {505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
            {505, "GET / HTTP/0.9\r\n" + kHost},
            {505, "GET / HTTP/3.1\r\n" + kHost},
            {400, "GET / http/1.1\r\n" + kHost},
            {400, "GET / HTTP/1.10\r\n" + kHost},
            {400, "GET / HTTP/11.1\r\n" + kHost},
            {400, "GET / HTTP/1.\r\n" + kHost},
            {400, "GET / HTTP/1\r\n" + kHost},
            {400, "GET / HTTP/1,1\r\n" + kHost},
            {400, "GET / HTTP/+1.1\r\n" + kHost},
            {400, "GET / HTTP/1.x\r\n" + kHost},
            {400, "GET / HTTP /1.1\r\n" + kHost},
            {400, "GET / HTTPS/1.1\r\n" + kHost},
            {400, "GET / ICY/1.1\r\n" + kHost},
            {400, "GET / HTTP/1.1\x80\r\n" + kHost}});
}

TEST_CASE("a target with a byte that no URI has is refused") {
  CheckAll({{400, "GET /a b HTTP/1.1\r\n" + kHost},
            {400, "GET /a#b HTTP/1.1\r\n" + kHost},
            {400, "GET # HTTP/1.1\r\n" + kHost},
            {400, "GET /a\x01 HTTP/1.1\r\n" + kHost},
            {400, "GET /a\0 HTTP/1.1\r\n"s + kHost},
            {400, "GET /a\x7F HTTP/1.1\r\n" + kHost},
            {400, "GET /caf\xC3\xA9 HTTP/1.1\r\n" + kHost},
            {400, "GET /\xFF HTTP/1.1\r\n" + kHost},
            {400, "GET /a\rb HTTP/1.1\r\n" + kHost},
            {400, "GET /a\tb HTTP/1.1\r\n" + kHost},
            {400, "GET /a?q=\x0B HTTP/1.1\r\n" + kHost}});
}

TEST_CASE("a target keeps what clients send unescaped") {
  // Browsers and curl send these as they are; so do model servers' own clients.
  for (const std::string target :
       {"/a|b", "/{id}", "/a\\b", "/\"x\"", "/<a>", "/a^b`c", "/;p=1", "/a?b?c", "/?", "//",
        "/./..", "/%", "/%zz", "/a:predict", "/a[0]", "/'", "/a,b", "/~u", "/*"}) {
    const auto request = ReadRequest("GET " + target + " HTTP/1.1\r\n" + kHost);
    INFO(target);
    CHECK(request.refused == 0);
    CHECK(request.target == target);
  }
}

TEST_CASE("a target that is no path is refused") {
  CheckAll({{400, "GET a HTTP/1.1\r\n" + kHost},
            {400, "GET ?a=1 HTTP/1.1\r\n" + kHost},
            {400, "GET a.example:80 HTTP/1.1\r\n" + kHost},
            {400, "GET a.example/x HTTP/1.1\r\n" + kHost},
            {400, "GET ftp://a.example/ HTTP/1.1\r\n" + kHost},
            {400, "GET http:/a.example/ HTTP/1.1\r\n" + kHost},
            {400, "GET http:a HTTP/1.1\r\n" + kHost},
            {400, "GET ://a.example/ HTTP/1.1\r\n" + kHost},
            {400, "GET javascript://a HTTP/1.1\r\n" + kHost},
            {400, "GET ** HTTP/1.1\r\n" + kHost},
            {400, "GET *a HTTP/1.1\r\n" + kHost},
            {400, "GET \\a HTTP/1.1\r\n" + kHost}});
}

TEST_CASE("the asterisk is a target of OPTIONS alone") {
  const auto request = ReadRequest("OPTIONS * HTTP/1.1\r\n" + kHost);
  CHECK(request.refused == 0);
  CHECK(request.target == "*");
  CHECK(request.path == "*");
  CheckAll({{400, "GET * HTTP/1.1\r\n" + kHost},
            {400, "POST * HTTP/1.1\r\n" + kHost},
            {400, "options * HTTP/1.1\r\n" + kHost},
            {400, "OPTIONS *?a HTTP/1.1\r\n" + kHost}});
}

TEST_CASE("the authority of an absolute target replaces the Host field") {
  const auto request =
      ReadRequest("GET http://b.example:81/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n");
  CHECK(request.refused == 0);
  CHECK(request.host == "b.example:81");
  CHECK(request.target == "/x?y");
  CHECK(request.path == "/x");

  CHECK(ReadRequest("GET HTTP://b.example HTTP/1.1\r\n" + kHost).target == "/");
  CHECK(ReadRequest("GET https://[::1]:8/ HTTP/1.1\r\n" + kHost).host == "[::1]:8");
  CHECK(ReadRequest("GET http://b/http://c/ HTTP/1.1\r\n" + kHost).target == "/http://c/");
  CHECK(ReadRequest("GET http://b.example/ HTTP/1.0\r\n\r\n").host == "b.example");
}

TEST_CASE("an absolute target without a path becomes the asterisk for OPTIONS") {
  // RFC 9112 section 3.2.4.
  const auto request = ReadRequest("OPTIONS http://b.example:8001 HTTP/1.1\r\n" + kHost);
  CHECK(request.refused == 0);
  CHECK(request.target == "*");
  CHECK(request.host == "b.example:8001");
  CHECK(ReadRequest("OPTIONS http://b.example/ HTTP/1.1\r\n" + kHost).target == "/");
}

TEST_CASE("an absolute target whose authority is doubtful is refused") {
  CheckAll({{400, "GET http:// HTTP/1.1\r\n" + kHost},
            {400, "GET http:///x HTTP/1.1\r\n" + kHost},
            {400, "GET http://?x HTTP/1.1\r\n" + kHost},
            {400, "GET http://b.example?x HTTP/1.1\r\n" + kHost},
            {400, "GET http://user@b.example/ HTTP/1.1\r\n" + kHost},
            {400, "GET http://a.example:pw@b.example/ HTTP/1.1\r\n" + kHost},
            {400, "GET http://b.example:x/ HTTP/1.1\r\n" + kHost},
            {400, "GET http://b.example:70000/ HTTP/1.1\r\n" + kHost},
            {400, "GET http://b\\example/ HTTP/1.1\r\n" + kHost},
            {400, "GET http://[::1/ HTTP/1.1\r\n" + kHost},
            // The Host field must be there, and be right, all the same.
            {400, "GET http://b.example/ HTTP/1.1\r\n\r\n"},
            {400, "GET http://b.example/ HTTP/1.1\r\nHost: a b\r\n\r\n"}});
}

TEST_CASE("empty lines before a request are skipped and nothing else is") {
  CHECK(ReadRequest("\r\nGET / HTTP/1.1\r\n" + kHost).method == "GET");
  CHECK(ReadRequest("\r\n\r\n\r\nGET / HTTP/1.1\r\n" + kHost).method == "GET");
  // Some clients end a body with one CRLF too many.
  const auto seen = ReadRequests("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok\r\n" +
                                 ("GET /2 HTTP/1.1\r\n" + kHost));
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].payload == "ok");
  CHECK(seen[1].target == "/2");
  CheckAll({{400, "\nGET / HTTP/1.1\r\n" + kHost},
            {400, "\n\nGET / HTTP/1.1\r\n" + kHost},
            {400, "\r\rGET / HTTP/1.1\r\n" + kHost},
            {400, "\rGET / HTTP/1.1\r\n" + kHost},
            {400, "\r\n GET / HTTP/1.1\r\n" + kHost},
            {400, "\r\n\nGET / HTTP/1.1\r\n" + kHost}});
}

TEST_CASE("nothing is read into a lone CR or an empty connection") {
  CHECK(ReadRequests("").empty());
  CHECK(ReadRequests("\r").empty());
  CHECK(ReadRequests("\r\n").empty());
  CHECK(ReadRequests("GET / HTTP/1.1\r\nHost: a\r\n").empty());
  CHECK(ReadRequests("GET / HTTP/1.1\r\nHost: a\r\n\r").empty());
}

TEST_CASE("lines that end with LF alone are refused") {
  // RFC 9112 section 2.2 lets a recipient take them; two readers that differ there are an attack.
  CheckAll({{400, "GET / HTTP/1.1\nHost: a\n\n"},
            {400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
            {400, "GET / HTTP/1.1\r\nHost: a\n\r\n"},
            {400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n"},
            {400, "GET / HTTP/1.1\r\nHost: a\r\n\n"},
            {400, "GET / HTTP/1.1\r\nHost: a\n\nGET /2 HTTP/1.1\r\n\r\n"}});
}

TEST_CASE("OPTIONS that may go no further is not passed on") {
  CheckAll({{501, "OPTIONS / HTTP/1.1\r\nMax-Forwards: 0\r\n" + kHost},
            {501, "OPTIONS * HTTP/1.1\r\nmax-forwards: 00\r\n" + kHost},
            {0, "OPTIONS / HTTP/1.1\r\nMax-Forwards: 1\r\n" + kHost},
            {0, "GET / HTTP/1.1\r\nMax-Forwards: 0\r\n" + kHost}});
}

}  // namespace
}  // namespace understudy
