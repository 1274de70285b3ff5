// Sockets that wait for bytes, a deadline or the end.
#include "comparators/judge/http_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <memory>
#include <optional>
#include <system_error>

#include "fmt/format.h"

namespace understudy {
namespace {

namespace http = boost::beast::http;
using std::chrono::steady_clock;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kMaxReplyBytes = 1u << 20;
constexpr std::size_t kMaxHeadBytes = 64u << 10;
constexpr int kMaxInterimAnswers = 8;

std::string WordsOf(int error) { return std::generic_category().message(error); }

absl::Status Failed(std::string_view what) { return absl::InternalError(std::string(what)); }

// A connection's descriptor, and until when and beside whom it waits.
class Connection {
 public:
  Connection(int ending, steady_clock::time_point until) : ending_(ending), until_(until) {}
  ~Connection() { Close(); }
  Connection(const Connection&) = delete;

  // To the first address that takes it.
  absl::Status Open(const HttpEndpoint& endpoint) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found);
    if (error != 0) return Failed(fmt::format("its host is not known: {}", ::gai_strerror(error)));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
    absl::Status status = Failed("its host has no address");
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      status = Connect(*at);
      if (status.ok() || !absl::IsInternal(status)) break;
    }
    return status;
  }

  absl::Status Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (absl::Status status = Wait(POLLOUT); !status.ok()) return status;
      } else if (errno != EINTR) {
        return Failed(fmt::format("the connection broke: {}", WordsOf(errno)));
      }
    }
    return absl::OkStatus();
  }

  // Appends what comes next; false at the end.
  absl::StatusOr<bool> Read(std::string& into) {
    while (true) {
      if (absl::Status status = Wait(POLLIN); !status.ok()) return status;
      char bytes[16384];
      const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, 0);
      if (got > 0) into.append(bytes, static_cast<std::size_t>(got));
      if (got >= 0) return got > 0;
      if (errno != EINTR && errno != EAGAIN) {
        return Failed(fmt::format("the connection broke: {}", WordsOf(errno)));
      }
    }
  }

 private:
  absl::Status Connect(const addrinfo& to) {
    Close();
    descriptor_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return Failed(fmt::format("no socket: {}", WordsOf(errno)));
    if (::connect(descriptor_, to.ai_addr, to.ai_addrlen) == 0) return absl::OkStatus();
    int error = errno;
    if (error == EINPROGRESS) {
      if (absl::Status status = Wait(POLLOUT); !status.ok()) return status;
      socklen_t size = sizeof error;
      ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) return absl::OkStatus();
    return Failed(fmt::format("it cannot be reached: {}", WordsOf(error)));
  }

  absl::Status Wait(short events) {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - steady_clock::now());
      if (left.count() <= 0) return absl::DeadlineExceededError("it did not answer in time");
      pollfd waiting[2] = {{descriptor_, events, 0}, {ending_, POLLIN, 0}};
      const int count = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
      if (::poll(waiting, 2, count) < 0 && errno != EINTR) {
        return Failed(fmt::format("it cannot be waited for: {}", WordsOf(errno)));
      }
      if (waiting[1].revents != 0) return absl::CancelledError("the process ends");
      if (waiting[0].revents != 0) return absl::OkStatus();
    }
  }

  void Close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  const int ending_;
  const steady_clock::time_point until_;
  int descriptor_ = -1;
};

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
  }
  return parser.is_done();
}

absl::StatusOr<HttpReply> ReadReply(Connection& connection) {
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
  Connection connection(ending_, steady_clock::now() + timeout);
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
