// Look up, connect, ask, read the head, discard the rest.
#include "proxy/wire/health_probe.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <utility>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http2_probe.h"
#include "proxy/wire/tls_credentials.h"

namespace understudy {
namespace {

constexpr HeadLimits kHeadLimits{64u << 10, 200};
constexpr int kMostInterim = 8;
constexpr std::size_t kMostDiscarded = 64u << 10;

}  // namespace

HealthProbe::HealthProbe(const Executor& executor, DeadlineWheel& deadlines, ProbeTarget target)
    : executor_(executor),
      target_(std::move(target)),
      socket_(executor),
      deadline_(
          deadlines,
          [](void* self) {
            auto* probe = static_cast<HealthProbe*>(self);
            probe->expired_ = true;
            probe->Cancel();
          },
          this) {}

void HealthProbe::Cancel() {
  error_code ignored;
  socket_.close(ignored);
}

bool HealthProbe::Fault(std::string_view what) {
  if (expired_) {
    const double seconds = std::chrono::duration<double>(target_.timeout).count();
    result_.reason = fmt::format("GET {} had no answer within {:g} s", target_.path, seconds);
  } else {
    result_.reason = fmt::format("GET {}: {}", target_.path, what);
  }
  return false;
}

Task<ProbeResult> HealthProbe::Run() {
  deadline_.Arm(target_.timeout);
  bool ok = co_await Resolve();
  if (ok) ok = co_await Connect();
  if (ok && target_.tls != nullptr) ok = co_await Secure();
  const bool http2 = target_.protocol == UpstreamProtocol::kHttp2 || stream_.Http2();
  if (ok && http2) {
    ok = co_await AskHttp2();
  } else if (ok) {
    ok = co_await Ask();
    if (ok) ok = co_await ReadHead();
  }
  if (ok) {
    result_.passed = head_.status >= 200 && head_.status < 300;
    result_.reason = fmt::format("GET {} was answered with {}", target_.path, head_.status);
    if (!http2) co_await DiscardBody();
  }
  deadline_.Disarm();
  Cancel();
  co_return result_;
}

Task<bool> HealthProbe::Resolve() {
  error_code error;
  const auto ip = asio::ip::make_address(target_.address.host, error);
  if (!error) {
    addresses_.emplace_back(ip, target_.address.port);
    co_return true;
  }
  asio::ip::basic_resolver<asio::ip::tcp, Executor> resolver(executor_);
  auto [failure, found] = co_await resolver.async_resolve(
      target_.address.host, std::to_string(target_.address.port), kAwait);
  for (const auto& entry : found) addresses_.push_back(entry.endpoint());
  if (failure || addresses_.empty() || expired_) {
    co_return Fault("the name has no address: " + failure.message());
  }
  co_return true;
}

Task<bool> HealthProbe::Connect() {
  error_code last;
  for (const auto& address : addresses_) {
    error_code ignored;
    socket_.close(ignored);
    auto [error] = co_await socket_.async_connect(address, kAwait);
    if (!error) co_return true;
    last = error;
    if (expired_) break;
  }
  co_return Fault("cannot connect: " + last.message());
}

Task<bool> HealthProbe::Secure() {
  const std::string fault =
      co_await stream_.Secure(target_.tls, target_.server_name, OfferedBy(target_.protocol));
  if (fault.empty()) co_return true;
  co_return Fault("no TLS connection: " + fault);
}

Task<bool> HealthProbe::Ask() {
  const std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: understudy-health\r\nAccept: */*\r\n"
      "Connection: close\r\n\r\n",
      target_.path, target_.authority);
  const error_code error = co_await stream_.Write(request);
  if (error) co_return Fault("cannot ask: " + error.message());
  co_return true;
}

Task<bool> HealthProbe::AskHttp2() {
  Http2Probe probe;
  head_.status = co_await probe.Run(stream_, target_.authority, target_.path);
  if (head_.status == 0) co_return Fault("the connection ended without an answer of HTTP/2");
  co_return true;
}

Task<bool> HealthProbe::ReadHead() {
  HeadScanner scanner;
  for (int interim = 0; interim <= kMostInterim;) {
    const HeadScanner::State state =
        input_.Empty() ? HeadScanner::State::kNeedMore : scanner.Scan(input_.Bytes(), kHeadLimits);
    if (state == HeadScanner::State::kNeedMore) {
      const auto [error, bytes] = co_await stream_.Read(input_.Prepare());
      if (error == asio::error::eof) co_return Fault("the connection was closed without an answer");
      if (error) co_return Fault("no answer could be read: " + error.message());
      input_.Commit(bytes);
      continue;
    }
    const std::string_view head = input_.Bytes().substr(0, scanner.HeadBytes());
    if (state == HeadScanner::State::kBad || ParseAnswerHead(head, kHeadLimits, "GET", head_)) {
      co_return Fault("the answer is no valid HTTP/1.1");
    }
    input_.Consume(head.size());
    if (head_.status >= 200) co_return true;
    scanner.Reset();
    ++interim;
  }
  co_return Fault("the answer began with too many interim ones");
}

// So that a server does not see its answer cut off; what it says no longer matters.
Task<> HealthProbe::DiscardBody() {
  BodyScanner body(head_.framing, head_.content_length);
  std::size_t discarded = 0;
  while (discarded < kMostDiscarded) {
    discarded += input_.Bytes().size();
    body.Scan(input_.Bytes());
    input_.Consume(input_.Bytes().size());
    if (body.Done() || body.Bad()) co_return;
    const auto [error, bytes] = co_await stream_.Read(input_.Prepare());
    if (error) co_return;
    input_.Commit(bytes);
  }
}

}  // namespace understudy
