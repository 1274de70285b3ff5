// The connection's writing side: answers from upstreams, answers made here, and whether anybody is
// still there to read them.
#include <fmt/format.h>

#include <utility>

#include "proxy/async/clock.h"
#include "proxy/wire/body_scanner.h"
#include "proxy/wire/error_answer.h"
#include "proxy/wire/http1_downstream.h"
#include "proxy/wire/http_date.h"

namespace understudy {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

WriteResult Http1Downstream::Write(std::string_view first, std::string_view second,
                                   std::string_view third) {
  pending_.Set(first, second, third);
  const WriteResult result = pending_.Try(socket_);
  if (result == WriteResult::kFailed) ClientIsGone();
  return result;
}

WriteResult Http1Downstream::Start(const AnswerHead& head, std::string_view bytes, bool body_done) {
  answer_status_ = head.status;
  answer_bytes_ = bytes.size();
  AnswerRewrite rewrite;
  rewrite.client_minor_version = request_.minor_version;
  rewrite.arm = shown_arm_;
  const bool old_client = request_.minor_version == 0;
  rewrite.upgrade = head.status == 101;
  rechunk_ = head.framing == Framing::kUntilClose && !old_client && !rewrite.upgrade;
  unchunk_ = head.framing == Framing::kChunked && old_client;
  if (old_client && (unchunk_ || head.framing == Framing::kUntilClose)) close_ = true;
  rewrite.chunk = rechunk_;
  rewrite.unchunk = unchunk_;
  rewrite.close = close_;
  rewrite.date = HttpDate(WallNow());
  WriteAnswerHead(head, rewrite, head_out_);
  if (unchunk_) {
    unchunker_ = std::make_unique<BodyScanner>(Framing::kChunked, 0);
    unchunked_.clear();
    unchunker_->Scan(bytes, [this](std::string_view piece) { unchunked_.append(piece); });
    return Write(head_out_, unchunked_);
  }
  if (rechunk_) {
    if (!bytes.empty()) head_out_ += fmt::format("{:x}\r\n", bytes.size());
    tail_out_ = bytes.empty() ? "" : "\r\n";
    if (body_done) tail_out_ += "0\r\n\r\n";
    return Write(head_out_, bytes, tail_out_);
  }
  return Write(head_out_, bytes);
}

WriteResult Http1Downstream::More(std::string_view bytes, bool body_done) {
  answer_bytes_ += bytes.size();
  if (unchunk_) {
    unchunked_.clear();
    unchunker_->Scan(bytes, [this](std::string_view piece) { unchunked_.append(piece); });
    return Write(unchunked_, {});
  }
  if (rechunk_) {
    head_out_.clear();
    tail_out_.clear();
    if (!bytes.empty()) {
      head_out_ = fmt::format("{:x}\r\n", bytes.size());
      tail_out_ = "\r\n";
    }
    if (body_done) tail_out_ += "0\r\n\r\n";
    return Write(head_out_, bytes, tail_out_);
  }
  return Write(bytes, {});
}

WriteResult Http1Downstream::Interim(const AnswerHead& head) {
  // An HTTP/1.0 client knows no interim answers; a 100 of the upstream's own would be a second one.
  if (request_.minor_version == 0 || (head.status == 100 && invited_)) return WriteResult::kDone;
  WriteAnswerHead(head, AnswerRewrite(), head_out_);
  return Write(head_out_, {});
}

Task<WriteResult> Http1Downstream::Flush() {
  WriteResult result = WriteResult::kBlocked;
  while (result == WriteResult::kBlocked) {
    write_deadline_.Arm(listener_.timeouts.body_idle);
    const IoResult waited = co_await socket_.WaitWritable();
    write_deadline_.Disarm();
    if (waited.error) {
      if (write_expired_) worker_.counters.client_timeouts.Add();
      write_expired_ = false;
      ClientIsGone();
      co_return WriteResult::kFailed;
    }
    result = pending_.Try(socket_);
  }
  if (result == WriteResult::kFailed) ClientIsGone();
  co_return result;
}

void Http1Downstream::InviteBody() {
  if (!request_.expects_continue || invited_) return;
  invited_ = true;
  // A socket that cannot take so little is a client that does not read its answers.
  if (Write(kContinue, {}) == WriteResult::kBlocked) Drop();
}

Task<> Http1Downstream::Reply(int status, std::string_view reason, std::string_view sentence,
                              bool close) {
  if (close) close_ = true;
  answer_status_ = status;
  const std::string body = ErrorBody(reason, sentence);
  answer_bytes_ = body.size();
  head_out_ = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nDate: {}\r\n"
      "x-understudy-reason: {}\r\n{}{}\r\n",
      status, ReasonPhrase(status), body.size(), HttpDate(WallNow()), reason,
      status == 503 ? "Retry-After: 1\r\n" : "",
      close_                        ? "Connection: close\r\n"
      : request_.minor_version == 0 ? "Connection: keep-alive\r\n"
                                    : "");
  tail_out_ = request_.method == "HEAD" ? std::string() : body;
  if (Write(head_out_, tail_out_) == WriteResult::kBlocked) co_await Flush();
}

void Http1Downstream::Abort(int, std::string_view, std::string_view) {
  socket_.ResetOnClose();
  left_ = true;
}

void Http1Downstream::Drop() {
  socket_.ResetOnClose();
  ClientIsGone();
}

void Http1Downstream::ClientIsGone() {
  if (left_) return;
  left_ = true;
  worker_.counters.clients_left.Add();
  if (waiting_ != nullptr) waiting_->ClientLeft();
}

void Http1Downstream::WatchWhile(Interruptible* waiting, SteadyTime now) {
  waiting_ = waiting;
  if (waiting != nullptr) {
    watch_.Arm(kWatchAfter, now);
  } else {
    watch_.Disarm();
    socket_.ForgetPeer();
  }
}

// An answer takes its time: see whether the client is still there. A FIN may mean that it left or
// that it only ended its side; 100 Continue tells, since who has closed answers it with RST.
void Http1Downstream::LookAtClient() {
  if (waiting_ == nullptr) return;
  if (socket_.Broken()) return ClientIsGone();
  switch (socket_.Peek()) {
    case PeerState::kGone:
      ClientIsGone();
      return;
    case PeerState::kHalfClosed: {
      const bool seen = std::exchange(half_closed_, true);
      if (input_.Empty()) close_ = true;  // else it asked for more before it ended its side
      if (!seen && request_.minor_version >= 1 && !Answered() &&
          Write(kContinue, {}) == WriteResult::kBlocked) {
        Drop();
      }
      if (!left_) WaitForEvent(true);
      return;
    }
    case PeerState::kBytes:
      WaitForEvent(true);
      return;
    case PeerState::kQuiet:
      WaitForEvent(false);
      return;
  }
}

void Http1Downstream::WaitForEvent(bool reset_only) {
  socket_.OnPeer(reset_only, [self = weak_from_this(), reset_only] {
    const auto client = self.lock();
    if (client == nullptr || client->waiting_ == nullptr) return;
    if (reset_only) {
      client->ClientIsGone();
    } else {
      client->LookAtClient();
    }
  });
}

}  // namespace understudy
