// A question written, and an answer read to its end.
#include "comparators/judge/http_client.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <utility>

#include "comparators/judge/waiting_connection.h"
#include "fmt/format.h"

namespace understudy {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kMaxReplyBytes = 1u << 20;
constexpr std::size_t kMaxHeadBytes = 64u << 10;
constexpr int kMaxInterimAnswers = 8;

absl::Status Failed(std::string_view what) { return absl::InternalError(std::string(what)); }

std::unique_ptr<Parser> NewParser() {
  auto parser = std::make_unique<Parser>();
  parser->eager(true);
  parser->body_limit(kMaxReplyBytes);
  parser->header_limit(kMaxHeadBytes);
  return parser;
}

// Hands over what there is; empty: the parser has all of it. True once the answer is whole.
absl::StatusOr<bool> Feed(Parser& parser, std::string& bytes) {
  while (!bytes.empty() && !parser.is_done()) {
    boost::beast::error_code error;
    const std::size_t taken = parser.put(boost::asio::buffer(bytes), error);
    bytes.erase(0, taken);
    if (error == http::error::need_more) break;
    if (error == http::error::body_limit) return Failed("its answer is longer than 1 MiB");
    if (error) return Failed(fmt::format("its answer is not HTTP: {}", error.message()));
    if (taken == 0) break;
  }
  return parser.is_done();
}

absl::StatusOr<HttpReply> ReadReply(WaitingConnection& connection) {
  std::unique_ptr<Parser> parser = NewParser();
  std::string bytes;
  int interim = 0;
  while (true) {
    absl::StatusOr<bool> whole = Feed(*parser, bytes);
    if (!whole.ok()) return whole.status();
    if (*whole && parser->get().result_int() >= 200) break;
    if (*whole) {
      if (++interim > kMaxInterimAnswers) return Failed("it does not come to its answer");
      parser = NewParser();
      continue;
    }
    const absl::StatusOr<bool> more = connection.Read(bytes);
    if (!more.ok()) return more.status();
    if (*more) continue;
    boost::beast::error_code error;
    if (parser->got_some()) parser->put_eof(error);
    if (error || !parser->is_done()) {
      return Failed("it closed the connection before its answer was whole");
    }
  }
  return HttpReply{static_cast<int>(parser->get().result_int()), std::move(parser->get().body())};
}

}  // namespace

HttpClient::HttpClient() : ending_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

HttpClient::~HttpClient() {
  if (ending_ >= 0) ::close(ending_);
}

absl::StatusOr<HttpReply> HttpClient::Post(const HttpEndpoint& endpoint, std::string_view fields,
                                           std::string_view body,
                                           std::chrono::nanoseconds timeout) const {
  if (ended_) return absl::CancelledError("the process ends");
  WaitingConnection connection(ending_, std::chrono::steady_clock::now() + timeout);
  if (absl::Status status = connection.Open(endpoint); !status.ok()) return status;
  const std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: understudy\r\nAccept: application/json\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n",
      endpoint.target, endpoint.field, body.size(), fields);
  if (absl::Status status = connection.Send(head); !status.ok()) return status;
  if (absl::Status status = connection.Send(body); !status.ok()) return status;
  return ReadReply(connection);
}

void HttpClient::End() {
  ended_ = true;
  const std::uint64_t one = 1;
  // It cannot fail: nobody ever adds more to the counter.
  [[maybe_unused]] const ssize_t written = ::write(ending_, &one, sizeof one);
}

}  // namespace understudy
