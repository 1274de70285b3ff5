// Asks, and reads until the head is there.
#include "proxy/wire/http2_probe.h"

#include <array>

#include "proxy/async/clock.h"

namespace understudy {
namespace {

constexpr Http2BlockLimits kBlockLimits{64u << 10, 200};
constexpr std::size_t kMostRead = 16u << 10;

}  // namespace

Http2Probe::Http2Probe()
    : session_(Http2Session::Side::kClient, *this, Http2Limits(), kBlockLimits),
      in_(kMostRead, 0) {}

Task<int> Http2Probe::Run(ProbeStream& stream, std::string authority, std::string path) {
  const std::array fields = {Http2Field(":method", "GET"),
                             Http2Field(":scheme", stream.Https() ? "https" : "http"),
                             Http2Field(":authority", authority),
                             Http2Field(":path", path),
                             Http2Field("user-agent", "understudy-health"),
                             Http2Field("accept", "*/*")};
  bool open = session_.SubmitRequest(fields, nullptr, this) > 0;
  while (open && status_ == 0 && !closed_) {
    out_.clear();
    session_.Produce(out_, kMostRead);
    if (!out_.empty()) {
      const error_code error = co_await stream.Write(out_);
      if (error) break;
    }
    const auto [error, bytes] = co_await stream.Read(asio::buffer(in_));
    if (error) break;
    open = session_.Receive(std::string_view(in_).substr(0, bytes), SteadyNow());
  }
  co_return status_;
}

}  // namespace understudy
