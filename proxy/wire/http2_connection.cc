// The connection's life, and what its frames mean for its requests.
#include "proxy/wire/http2_connection.h"

#include <utility>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/wire/http2_request.h"

namespace understudy {
namespace {

// How long the answer to the PING behind the first GOAWAY is waited for.
constexpr Duration kNotice = std::chrono::seconds(1);

// A client that gave its answer so much time before it cancelled, as one does whose deadline has
// passed, is no flood: with the streams of a connection bounded, so is what it can ask for.
constexpr Duration kPatience = std::chrono::milliseconds(20);

Http2BlockLimits BlockLimits(const Limits& limits) { return {limits.header_bytes, limits.headers}; }

}  // namespace

Http2Connection::Http2Connection(Http1Downstream& first, RequestHandler& handler)
    : Http2Wire(first.OwnWorker(), first.TakeSocket(), Http2Session::Side::kServer,
                first.Listener().http2, BlockLimits(first.OwnWorker().limits),
                first.Listener().timeouts.body_idle),
      listener_(first.Listener()),
      handler_(handler),
      client_address_(first.ClientAddress()),
      idle_(
          worker_.deadlines, [](void* self) { static_cast<Http2Connection*>(self)->Leave(); },
          this),
      block_(
          worker_.deadlines,
          [](void* self) {
            auto* const connection = static_cast<Http2Connection*>(self);
            connection->worker_.counters.client_timeouts.Add();
            connection->Leave();
          },
          this),
      notice_(
          worker_.deadlines, [](void* self) { static_cast<Http2Connection*>(self)->EndDrain(); },
          this) {
  input_ = std::move(first.Input());
  worker_.counters.connections_open.Add();
  worker_.counters.http2_connections.Add();
}

Http2Connection::~Http2Connection() { worker_.counters.connections_open.Sub(1); }

Task<> Http2Connection::Run(std::shared_ptr<Http2Connection> self) {
  if (self->worker_.draining) self->CloseWhenIdle();
  try {
    co_await self->Read();
  } catch (...) {
    self->End();
    throw;
  }
  CountFault(self->session_.Fault(), self->worker_.counters.http2_faults);
  self->LetGo();
  if (!self->Over()) co_await self->Linger();
  self->End();
  self->socket_.Close();
}

void Http2Connection::OnTurn() {
  for (std::shared_ptr<Http2Request>& request : begun_) {
    if (request->Left()) continue;  // reset in the turn that brought it
    ++serving_;
    request->BeginServing();
    auto self = std::static_pointer_cast<Http2Connection>(shared_from_this());
    asio::co_spawn(worker_.GetExecutor(), Serve({std::move(self), std::move(request)}),
                   asio::detached);
  }
  begun_.clear();
  if (in_block_ != session_.InBlock()) {
    in_block_ = session_.InBlock();
    block_.Arm(in_block_ ? listener_.timeouts.header : Duration::zero(), RecentNow());
  }
  RestIfIdle();
}

Task<> Http2Connection::Serve(Served served) {
  const auto& [self, request] = served;
  try {
    co_await self->handler_.Serve(*request);
  } catch (const std::exception& failure) {
    // Nothing on the path throws on purpose; what still does ends this request alone.
    spdlog::error("a request ended by an exception: {}", failure.what());
    request->Abort(500, "internal", "this proxy failed");
  }
  request->Finish();
  --self->serving_;
  self->RestIfIdle();
}

void Http2Connection::RestIfIdle() {
  if (!open_.empty() || serving_ > 0) return;
  if (drain_ == Drain::kLast) {
    Stop();
  } else if (!std::exchange(resting_, true)) {
    idle_.Arm(listener_.timeouts.idle, RecentNow());
  }
}

void Http2Connection::CloseWhenIdle() {
  if (drain_ != Drain::kNo || Over()) return;
  drain_ = Drain::kNoticed;
  session_.BeginDrain();
  notice_.Arm(kNotice);
  FlushSoon();
}

void Http2Connection::OnPong() { EndDrain(); }

void Http2Connection::EndDrain() {
  if (drain_ != Drain::kNoticed) return;
  drain_ = Drain::kLast;
  notice_.Disarm();
  session_.EndDrain();
  FlushSoon();
  RestIfIdle();
}

void Http2Connection::Leave() {
  session_.GiveUp(Http2Fault::kUnused, NGHTTP2_NO_ERROR);
  Stop();
}

void Http2Connection::Cut() {
  socket_.ResetOnClose();
  End();
}

void Http2Connection::OnOver() { LetGo(); }

void Http2Connection::LetGo() {
  idle_.Disarm();
  begun_.clear();
  const auto open = std::move(open_);
  open_.clear();
  for (const auto& [stream, request] : open) {
    session_.SetObject(stream, nullptr);
    request->Closed(false);
  }
}

void Http2Connection::OnHead(std::int32_t stream, void*, Http2Block& block, bool ends) {
  // Streams that the client resets are closed at once, their coroutines a moment later.
  if (serving_ + static_cast<int>(begun_.size()) >= 2 * listener_.http2.streams) {
    worker_.counters.http2_streams_refused.Add();
    session_.Reset(stream, NGHTTP2_REFUSED_STREAM);
    return;
  }
  idle_.Disarm();
  resting_ = false;
  auto request = std::make_shared<Http2Request>(*this, stream);
  session_.SetObject(stream, request.get());
  open_[stream] = request;
  if (const auto error = request->Begin(block, ends)) {
    worker_.counters.bad_requests.Add();
    request->Refuse(*error);
    handler_.Refused(*request);
    return;
  }
  worker_.counters.http2_requests.Add();
  begun_.push_back(std::move(request));
}

void Http2Connection::OnData(void* object, std::string_view payload) {
  static_cast<Http2Request*>(object)->Data(payload);
}

void Http2Connection::OnEnd(void* object, std::string_view trailers) {
  static_cast<Http2Request*>(object)->End(trailers);
}

void Http2Connection::OnClosed(std::int32_t stream, void* object, std::uint32_t code) {
  auto& request = *static_cast<Http2Request*>(object);
  request.Closed(code == NGHTTP2_NO_ERROR);
  const bool waited = code == NGHTTP2_CANCEL && RecentNow() - request.RequestStart() >= kPatience;
  if (code == NGHTTP2_NO_ERROR || waited) session_.CreditReset();
  open_.erase(stream);
  RestIfIdle();
}

void Http2Connection::OnSent(void* object, std::size_t) {
  static_cast<Http2Request*>(object)->Sent();
}

void Http2Connection::OnSentEnd(std::int32_t, void* object) {
  static_cast<Http2Request*>(object)->SentEnd();
}

}  // namespace understudy
