// The connection's part, and the streams'.
#include "proxy/wire/http2_upstream.h"

#include <algorithm>

#include "proxy/async/clock.h"
#include "proxy/wire/http2_request_head.h"
#include "proxy/wire/upstream_pool.h"

namespace understudy {
namespace {

constexpr std::size_t kMostPending = 256u << 10;
constexpr std::size_t kSmallTurn = 64u << 10;
constexpr int kMostInterim = 32;  // as an exchange takes
const Http2BlockLimits kBlockLimits{256u << 10, 1000};

Http2UpstreamStream& StreamOf(void* object) { return *static_cast<Http2UpstreamStream*>(object); }

}  // namespace

Http2Upstream::Http2Upstream(Worker& worker, TcpSocket socket, EndpointState& endpoint)
    : Http2Wire(worker, std::move(socket), Http2Session::Side::kClient,
                endpoint.cluster->Config().http2, kBlockLimits,
                endpoint.cluster->Config().timeouts.idle),
      limits_(endpoint.cluster->Config().http2),
      ping_interval_(endpoint.cluster->Config().ping_interval),
      pong_within_(endpoint.cluster->Config().timeouts.idle),
      endpoint_(&endpoint),
      idle_since_(SteadyNow()),
      scheme_(endpoint.cluster->Config().tls ? "https" : "http"),
      heard_(idle_since_),
      quiet_(
          worker_.deadlines, [](void* self) { static_cast<Http2Upstream*>(self)->OnQuiet(); },
          this) {
  if (ping_interval_ > Duration::zero()) quiet_.Arm(ping_interval_);
  FlushSoon();
}

Task<> Http2Upstream::Run(std::shared_ptr<Http2Upstream> self) {
  co_await self->Read();
  if (self->endpoint_ != nullptr) self->endpoint_->cluster->Broke(*self->endpoint_, self->socket_);
  CountFault(self->session_.Fault(), self->worker_.counters.upstream_http2_faults);
  self->LastWords();
  self->End();
  self->socket_.Close();
}

bool Http2Upstream::HasRoom() const {
  if (going_away_ || Over() || Stopping() || Deaf() || Crowded()) return false;
  if (!session_.MayRequest()) return false;
  if (!ready_) return streams_.empty();
  return streams_.size() < std::min<std::size_t>(limits_.streams, session_.PeerStreams());
}

void Http2Upstream::Ended(Http2UpstreamStream& stream) {
  streams_.erase(&stream);
  idle_since_ = RecentNow();
  if (going_away_ && streams_.empty()) Stop();
  if (endpoint_ != nullptr) endpoint_->cluster->StreamEnded();
}

void Http2Upstream::ReadInSmallTurns() {
  input_.LimitReads(kSmallTurn);
  socket_.LimitTurns(kSmallTurn);
}

void Http2Upstream::Leave() {
  session_.GiveUp(Http2Fault::kUnused, NGHTTP2_NO_ERROR);
  Stop();
}

void Http2Upstream::Forget() {
  endpoint_ = nullptr;
  End();
}

void Http2Upstream::LeavePool() {
  EndpointState* const endpoint = std::exchange(endpoint_, nullptr);
  if (endpoint == nullptr) return;
  if (!ready_) endpoint->cluster->EndConnecting(*endpoint);
  endpoint->cluster->Http2Closed(*endpoint, *this);
}

// Nothing was heard for a while, or no answer to the PING that asked.
void Http2Upstream::OnQuiet() {
  if (pinged_) {
    worker_.counters.upstream_http2_ping_timeouts.Add();
    return End();
  }
  const Duration quiet = RecentNow() - heard_;
  if (quiet < ping_interval_) return quiet_.Arm(ping_interval_ - quiet);
  pinged_ = true;
  session_.Ping();
  FlushSoon();
  quiet_.Arm(pong_within_);
}

void Http2Upstream::OnPong() {
  pinged_ = false;
  if (ping_interval_ > Duration::zero()) quiet_.Arm(ping_interval_);
}

void Http2Upstream::OnOver() {
  const auto self = shared_from_this();
  quiet_.Disarm();
  LeavePool();
  const auto open = streams_;
  for (Http2UpstreamStream* stream : open) stream->Closed(NGHTTP2_CONNECT_ERROR);
}

void Http2Upstream::OnHead(std::int32_t stream, void* object, Http2Block& block, bool ends) {
  if (object == nullptr) return;
  if (block.TooLarge()) {
    session_.Reset(stream, NGHTTP2_CANCEL);
    return;
  }
  StreamOf(object).Head(block, ends);
}

void Http2Upstream::OnData(void* object, std::string_view payload) {
  Http2UpstreamStream& stream = StreamOf(object);
  stream.received_ += payload.size();
  Arrived(payload.size());
  stream.incoming_.Data(payload);
  stream.Wake();
}

void Http2Upstream::OnEnd(void* object, std::string_view trailers) {
  Http2UpstreamStream& stream = StreamOf(object);
  stream.incoming_.End(trailers);
  stream.Wake();
}

void Http2Upstream::OnClosed(std::int32_t, void* object, std::uint32_t code) {
  if (code == NGHTTP2_NO_ERROR) session_.CreditReset();
  StreamOf(object).Closed(code);
}

void Http2Upstream::OnSent(void* object, std::size_t) {
  Http2UpstreamStream& stream = StreamOf(object);
  if (stream.outgoing_.Pending().size() <= kMostPending / 2) stream.writer_.Wake();
}

void Http2Upstream::OnGoAway(std::int32_t) {
  going_away_ = true;
  if (streams_.empty()) Stop();
}

void Http2Upstream::OnSettings() {
  if (endpoint_ == nullptr) return;
  if (std::exchange(ready_, true)) {
    endpoint_->cluster->StreamEnded();
  } else {
    endpoint_->cluster->EndConnecting(*endpoint_);
  }
}

Http2UpstreamStream::Http2UpstreamStream(std::shared_ptr<Http2Upstream> connection,
                                         InputBuffer& input)
    : connection_(std::move(connection)),
      input_(input),
      window_(connection_->Limits().FirstWindow(), connection_->Limits().max_stream_window,
              RecentNow()),
      reader_(connection_->OwnWorker().reactor),
      writer_(connection_->OwnWorker().reactor) {
  connection_->Begun(*this);
}

Http2UpstreamStream::~Http2UpstreamStream() {
  if (stream_ > 0 && !closed_) {
    connection_->Session().SetObject(stream_, nullptr);
    connection_->Session().Reset(stream_, NGHTTP2_CANCEL);
    connection_->FlushSoon();
  }
  connection_->PassedOn(received_ - taken_on_);
  connection_->GiveBack(window_);
  connection_->Ended(*this);
}

bool Http2UpstreamStream::Begin(std::string_view text) {
  const Http2RequestHead head(text, connection_->Scheme());
  if (!head.Whole()) return false;
  outgoing_.Begin(head.BodyFraming(), head.Length());
  Http2Outgoing* const body = head.BodyFraming() == Framing::kNone ? nullptr : &outgoing_;
  stream_ = connection_->Session().SubmitRequest(head.Fields(), body, this);
  return stream_ > 0;
}

WriteResult Http2UpstreamStream::Write(PendingWrite& write) {
  if (closed_ || connection_->Over()) return WriteResult::kFailed;
  if (stream_ == 0) {
    if (!Begin(write.Front())) return WriteResult::kFailed;
    write.Took(write.Front().size());
  }
  while (!write.Empty()) {
    const std::size_t pending = outgoing_.Pending().size();
    if (pending >= kMostPending) break;
    const std::string_view some = write.Front().substr(0, kMostPending - pending);
    outgoing_.Append(some);
    write.Took(some.size());
  }
  connection_->Session().Resume(stream_, outgoing_);
  connection_->FlushSoon();
  return write.Empty() ? WriteResult::kDone : WriteResult::kBlocked;
}

Task<IoResult> Http2UpstreamStream::WaitWritable() {
  interrupted_ = false;
  while (!closed_ && !interrupted_ && outgoing_.Pending().size() > kMostPending / 2) {
    co_await writer_.Wait();
  }
  if (closed_) co_return IoResult{asio::error::connection_reset, 0};
  if (interrupted_) co_return IoResult{asio::error::operation_aborted, 0};
  co_return IoResult{};
}

// Whoever reads takes what came on, so that the server may send as much again.
void Http2UpstreamStream::TakeOn() {
  const std::size_t bytes = received_ - taken_on_;
  if (bytes == 0 || closed_) return;
  taken_on_ = received_;
  connection_->PassedOn(bytes);
  if (!incoming_.Ended()) connection_->TookOn(stream_, window_, bytes);
}

IoResult Http2UpstreamStream::TryRead() {
  TakeOn();
  incoming_.MoveInto(input_);
  if (std::exchange(fresh_, false)) return {};
  if (!closed_) return {asio::error::would_block, 0};
  return {
      incoming_.Ended() ? error_code(asio::error::eof) : error_code(asio::error::connection_reset),
      0};
}

Task<IoResult> Http2UpstreamStream::Read() {
  interrupted_ = false;
  IoResult got = TryRead();
  while (got.Blocked() && !interrupted_) {
    co_await reader_.Wait();
    got = TryRead();
  }
  if (got.Blocked()) got.error = asio::error::operation_aborted;
  co_return got;
}

void Http2UpstreamStream::Interrupt() {
  interrupted_ = true;
  reader_.Wake();
  writer_.Wake();
}

void Http2UpstreamStream::Head(Http2Block& block, bool ends) {
  // Each may unfold into much more than it took, and all that a turn brings are kept.
  if (block.Status() < 200 && ++interim_ > kMostInterim + 1) {
    connection_->Session().Reset(stream_, NGHTTP2_PROTOCOL_ERROR);
    return;
  }
  incoming_.Text(block.AnswerHead(ends));
  if (block.Status() >= 200) {
    incoming_.Begin(block.Chunked() && !ends);
    if (ends) incoming_.End({});
  }
  Wake();
}

void Http2UpstreamStream::Closed(std::uint32_t code) {
  if (closed_) return;
  closed_ = true;
  refused_ = code == NGHTTP2_REFUSED_STREAM;
  reader_.Wake();
  writer_.Wake();
}

}  // namespace understudy
