// Reading the request, and sending its answer.
#include "proxy/wire/http2_request.h"

#include <array>
#include <charconv>
#include <cstring>

#include "absl/container/inlined_vector.h"
#include "proxy/async/clock.h"
#include "proxy/model/grpc.h"
#include "proxy/wire/error_answer.h"
#include "proxy/wire/field_rules.h"
#include "proxy/wire/head_writer.h"
#include "proxy/wire/http_date.h"

namespace understudy {
namespace {

using Fields = absl::InlinedVector<nghttp2_nv, 24>;

// What waits to be sent of one stream before its upstream is left unread.
constexpr std::size_t kMostPending = 64u << 10;

std::string_view Digits(std::uint64_t number, std::array<char, 20>& into) {
  char* const end = std::to_chars(into.data(), into.data() + into.size(), number).ptr;
  return {into.data(), static_cast<std::size_t>(end - into.data())};
}

}  // namespace

Http2Request::Http2Request(Http2Connection& connection, std::int32_t stream)
    : Downstream(connection.OwnWorker(), connection.Listener()),
      connection_(connection),
      stream_(stream),
      window_(listener_.http2.FirstWindow(), listener_.http2.max_stream_window, RecentNow()),
      reader_(worker_.reactor),
      writer_(worker_.reactor),
      read_deadline_(
          worker_.deadlines,
          [](void* self) {
            auto* const request = static_cast<Http2Request*>(self);
            if (!request->MayPause()) request->reader_.Wake();
          },
          this),
      write_deadline_(
          worker_.deadlines,
          [](void* self) {
            auto* const request = static_cast<Http2Request*>(self);
            request->worker_.counters.client_timeouts.Add();
            request->connection_.Session().Reset(request->stream_, NGHTTP2_CANCEL);
            request->connection_.FlushSoon();
            request->ClientIsGone();
          },
          this) {}

Http2Request::~Http2Request() { connection_.GiveBack(window_); }

std::optional<HeadError> Http2Request::Begin(Http2Block& block, bool ends) {
  request_start_ = RecentNow();
  request_ended_ = ends;
  request_.method = "GET";  // until it is known
  request_.grpc = block.Grpc();
  if (block.TooLarge()) return HeadError{431, "the header fields are too large or too many"};
  if (block.TwoHosts()) return HeadError{400, ":authority and the Host field differ"};
  const std::string_view text = block.RequestHead(ends);
  head_holder_ = ChunkRef::Allocate(text.size());
  std::memcpy(head_holder_->Data(), text.data(), text.size());
  head_bytes_ = {head_holder_->Data(), text.size()};
  request_.fields.reserve(24);
  // Host and the framing are fields of HTTP/1.1 alone; both sizes were looked at before.
  const HeadLimits limits{text.size(), worker_.limits.headers + 3};
  auto error = ParseRequestHead(head_bytes_, limits, request_);
  if (error) request_.method = "GET";
  if (request_.framing == Framing::kChunked) request_.content_length = block.Length();
  incoming_.Begin(request_.framing == Framing::kChunked);
  return error;
}

void Http2Request::Refuse(const HeadError& error) {
  Answer(error.status, "bad_request", error.reason);
}

void Http2Request::Finish() {
  if (Answered() || left_ || closed_) return;
  connection_.Session().Reset(stream_, NGHTTP2_INTERNAL_ERROR);
  connection_.FlushSoon();
}

void Http2Request::Data(std::string_view payload) {
  received_ += payload.size();
  connection_.Arrived(payload.size());
  incoming_.Data(payload);
  fresh_ = true;
  reader_.Wake();
}

void Http2Request::End(std::string_view trailers) {
  incoming_.End(trailers);
  request_ended_ = fresh_ = true;
  reader_.Wake();
}

void Http2Request::Closed(bool whole) {
  if (closed_) return;
  closed_ = true;
  connection_.PassedOn(received_ - passed_on_);
  passed_on_ = received_;
  write_deadline_.Disarm();
  if (!whole || !sent_end_) ClientIsGone();
  reader_.Wake();
  writer_.Wake();
}

void Http2Request::ClientIsGone() {
  if (left_ || sent_end_) return;
  left_ = true;
  worker_.counters.clients_left.Add();
  if (waiting_ != nullptr) waiting_->ClientLeft();
  reader_.Wake();
  writer_.Wake();
}

Task<Downstream::ReadStatus> Http2Request::ReadMore() {
  // Whoever asks for more has a place for it.
  const std::size_t taken = received_ - passed_on_;
  if (taken > 0 && !closed_) {
    passed_on_ = received_;
    connection_.PassedOn(taken);
    if (!incoming_.Ended()) connection_.TookOn(stream_, window_, taken);
  }
  // The end of a tunnel's one side ends it.
  if (request_.upgrade && request_ended_ && !fresh_) co_return ReadStatus::kClosed;
  if (!fresh_ && !left_) {
    if (!MayPause()) read_deadline_.Arm(listener_.timeouts.body_idle, RecentNow());
    co_await reader_.Wait();
    read_deadline_.Disarm();
  }
  if (left_ || closed_) co_return ReadStatus::kClosed;
  if (!Take()) co_return ReadStatus::kTimeout;  // or interrupted
  co_return ReadStatus::kBytes;
}

void Http2Request::InterruptRead() { reader_.Wake(); }

void Http2Request::InviteBody() {
  if (!request_.expects_continue || invited_ || left_) return;
  invited_ = true;
  const nghttp2_nv status = Http2Field(":status", "100");
  connection_.Session().SubmitInterim(stream_, {&status, 1});
  connection_.FlushSoon();
}

// What was given is on its way, or waits for the client to take what was given before.
WriteResult Http2Request::Progress() {
  if (left_ || closed_) return WriteResult::kFailed;
  if (!outgoing_.Pending().empty()) write_deadline_.Arm(listener_.timeouts.body_idle, RecentNow());
  connection_.Session().Resume(stream_, outgoing_);
  connection_.FlushSoon();
  return outgoing_.Pending().size() > kMostPending ? WriteResult::kBlocked : WriteResult::kDone;
}

WriteResult Http2Request::Start(const AnswerHead& head, std::string_view bytes, bool body_done) {
  answer_status_ = head.status;
  answer_bytes_ = bytes.size();
  if (left_ || closed_) return WriteResult::kFailed;
  std::array<char, 20> status;
  Fields fields;
  const bool tunnel = head.status == 101;
  const int code = tunnel ? 200 : head.status;
  fields.push_back(Http2Field(":status", Digits(static_cast<std::uint64_t>(code), status)));
  bool dated = false;
  const NominatedFields nominated(head.fields);
  const bool bodiless = head.framing == Framing::kNone;
  for (const HeaderField& field : head.fields) {
    if (!GoesOn(field, head, nominated)) continue;
    if (tunnel && NameIs(field.name, "sec-websocket-accept")) continue;
    // HTTP/1.1 says so where HTTP/2 just ends.
    if (bodiless && request_.grpc && NameIs(field.name, "content-length")) continue;
    dated = dated || NameIs(field.name, "date");
    fields.push_back(Http2Field(field.name, field.value));
  }
  const std::string_view date = HttpDate(WallNow());
  if (!dated) fields.push_back(Http2Field("date", date));
  if (!shown_arm_.empty()) fields.push_back(Http2Field("x-understudy-arm", shown_arm_));
  outgoing_.Begin(head.framing, head.content_length);
  outgoing_.Append(bytes);
  if (body_done) outgoing_.End();
  connection_.Session().SubmitAnswer(stream_, fields, bodiless ? nullptr : &outgoing_);
  return Progress();
}

WriteResult Http2Request::More(std::string_view bytes, bool body_done) {
  answer_bytes_ += bytes.size();
  outgoing_.Append(bytes);
  if (body_done) outgoing_.End();
  return Progress();
}

WriteResult Http2Request::Interim(const AnswerHead& head) {
  if (left_ || closed_) return WriteResult::kFailed;
  if (head.status == 100 && invited_) return WriteResult::kDone;
  std::array<char, 20> status;
  Fields fields;
  fields.push_back(Http2Field(":status", Digits(static_cast<std::uint64_t>(head.status), status)));
  const NominatedFields nominated(head.fields);
  for (const HeaderField& field : head.fields) {
    if (GoesOn(field, head, nominated)) fields.push_back(Http2Field(field.name, field.value));
  }
  connection_.Session().SubmitInterim(stream_, fields);
  connection_.FlushSoon();
  return WriteResult::kDone;
}

Task<WriteResult> Http2Request::Flush() {
  while (!left_ && !closed_ && outgoing_.Pending().size() > kMostPending / 2) {
    co_await writer_.Wait();
  }
  // A stream that closed behind its whole answer was not given up.
  co_return left_ || (closed_ && !sent_end_) ? WriteResult::kFailed : WriteResult::kDone;
}

void Http2Request::Sent() {
  const std::size_t pending = outgoing_.Pending().size();
  if (pending == 0) {
    write_deadline_.Disarm();
  } else {
    write_deadline_.Arm(listener_.timeouts.body_idle, RecentNow());
  }
  if (pending <= kMostPending / 2) writer_.Wake();
}

void Http2Request::SentEnd() {
  sent_end_ = true;
  // The rest of the request is not waited for (RFC 9113 section 8.1).
  if (!request_ended_) connection_.Session().Reset(stream_, NGHTTP2_NO_ERROR);
}

void Http2Request::Answer(int status, std::string_view reason, std::string_view sentence) {
  answer_status_ = status;
  if (left_ || closed_) return;
  if (request_.grpc) return AnswerGrpc(status, reason, sentence);
  const std::string body = ErrorBody(reason, sentence);
  answer_bytes_ = body.size();
  std::array<char, 20> code, length;
  const std::string_view date = HttpDate(WallNow());
  Fields fields;
  fields.push_back(Http2Field(":status", Digits(static_cast<std::uint64_t>(status), code)));
  fields.push_back(Http2Field("content-type", "application/json"));
  fields.push_back(Http2Field("content-length", Digits(body.size(), length)));
  fields.push_back(Http2Field("date", date));
  fields.push_back(Http2Field("x-understudy-reason", reason));
  if (status == 503) fields.push_back(Http2Field("retry-after", "1"));
  const bool bodiless = request_.method == "HEAD";
  if (!bodiless) outgoing_.AppendPayload(body);
  outgoing_.End();
  connection_.Session().SubmitAnswer(stream_, fields, bodiless ? nullptr : &outgoing_);
  Progress();
}

Task<> Http2Request::Reply(int status, std::string_view reason, std::string_view sentence,
                           bool close) {
  if (close) close_ = true;
  Answer(status, reason, sentence);
  co_return;
}

// An answer that is its trailers alone.
void Http2Request::AnswerGrpc(int status, std::string_view reason, std::string_view sentence) {
  std::array<char, 20> code;
  const std::string message = PercentEncoded(sentence);
  const std::string_view date = HttpDate(WallNow());
  const auto grpc_status = static_cast<std::uint64_t>(GrpcCodeOf(status, reason));
  Fields fields;
  fields.push_back(Http2Field(":status", "200"));
  fields.push_back(Http2Field("content-type", "application/grpc"));
  fields.push_back(Http2Field("date", date));
  fields.push_back(Http2Field("x-understudy-reason", reason));
  fields.push_back(Http2Field("grpc-status", Digits(grpc_status, code)));
  fields.push_back(Http2Field("grpc-message", message));
  outgoing_.End();
  connection_.Session().SubmitAnswer(stream_, fields, nullptr);
  Progress();
}

void Http2Request::Abort(int status, std::string_view reason, std::string_view sentence) {
  if (left_) return;
  if (request_.grpc && answer_status_ == 200 && !closed_ && !sent_end_ && !outgoing_.Ended()) {
    const auto code = static_cast<int>(GrpcCodeOf(status, reason));
    outgoing_.EndWith("grpc-status: " + std::to_string(code) +
                      "\r\ngrpc-message: " + PercentEncoded(sentence) + "\r\n\r\n");
    Progress();
    return;
  }
  left_ = true;
  if (closed_ || sent_end_) return;
  connection_.Session().Reset(stream_, NGHTTP2_INTERNAL_ERROR);
  connection_.FlushSoon();
}

}  // namespace understudy
