// Decoding, parsing and marking one answer.
#include "comparators/prepared_answer.h"

#include <algorithm>
#include <limits>

#include "comparators/answer_header.h"
#include "comparators/charset.h"
#include "comparators/grpc/regular_message.h"
#include "comparators/streams/json_text.h"

namespace understudy {
namespace {

constexpr std::string_view kContentEncoding = "content-encoding";
constexpr std::string_view kContentType = "content-type";
constexpr std::string_view kGrpcEncoding = "grpc-encoding";
constexpr std::string_view kGrpcStatus = "grpc-status";

bool SameEncoding(const RawAnswer& a, const RawAnswer& b) {
  return SameHeaderValues(a.headers, b.headers, kContentEncoding) ||
         HeaderValue(a.headers, kContentEncoding) == HeaderValue(b.headers, kContentEncoding);
}

bool SameCharset(const RawAnswer& a, const RawAnswer& b) {
  return SameHeaderValues(a.headers, b.headers, kContentType) ||
         CharsetOf(HeaderValue(a.headers, kContentType)) ==
             CharsetOf(HeaderValue(b.headers, kContentType));
}

// Views of the same bytes, as where they were read once for both.
bool AreOne(const RawAnswer& a, const RawAnswer& b) {
  const auto one = [](const auto& x, const auto& y) {
    return x.data() == y.data() && x.size() == y.size();
  };
  return a.status == b.status && one(a.body, b.body) && one(a.headers, b.headers) &&
         one(a.trailers, b.trailers);
}

// grpc-status may stand in the trailers or in the head.
bool SameCall(const RawAnswer& a, const RawAnswer& b) {
  return SameHeaderValues(a.headers, b.headers, kGrpcEncoding) &&
         SameHeaderValues(a.headers, b.headers, kGrpcStatus) &&
         SameHeaderValues(a.trailers, b.trailers, kGrpcStatus);
}

}  // namespace

bool SameOnTheWire(const RawAnswer& a, const RawAnswer& b) {
  if (AreOne(a, b)) return true;
  return a.status == b.status && a.body == b.body && SameEncoding(a, b) && SameCharset(a, b) &&
         SameHeaderValues(a.headers, b.headers, kBinaryTailHeader) && SameCall(a, b);
}

void PreparedAnswer::Decode(const DecodeLimits& limits) {
  const std::string encoding = HeaderValue(raw_.headers, kContentEncoding);
  if (IsIdentity(encoding)) return;
  absl::StatusOr<std::string> decoded = RemoveContentEncoding(encoding, raw_.body, limits);
  decode_status_ = decoded.status();
  decoded_ = decoded.ok() ? *std::move(decoded) : std::string();
  body_ = decoded_;
}

void PreparedAnswer::Assemble(const StreamRule& rule) {
  const std::string type = HeaderValue(raw_.headers, kContentType);
  if (!decode_status_.ok() || !IsStream(type)) return;
  absl::StatusOr<AssembledStream> assembled = AssembleStream(body_, rule, type);
  stream_status_ = assembled.status();
  if (!assembled.ok()) return;
  stream_ = *std::move(assembled);
  body_ = stream_->json;
  if (stream_->end == StreamEnd::kFailed) {
    stream_status_ = absl::AbortedError("the stream says that it failed: " + stream_->failure);
  } else if (stream_->end == StreamEnd::kTruncated) {
    stream_status_ = absl::AbortedError("the stream breaks off after " +
                                        std::to_string(stream_->events) + " events");
  }
}

void PreparedAnswer::BeginCall() {
  if (!call_) call_ = GrpcCallStatusOf(raw_.status, raw_.headers, raw_.trailers);
}

void PreparedAnswer::DecodeCall(const DecodeLimits& limits) {
  if (frames_ || call_failed()) return;
  absl::StatusOr<GrpcFrames> frames =
      ReadGrpcFrames(raw_.body, HeaderValue(raw_.headers, kGrpcEncoding), limits);
  decode_status_ = frames.status();
  if (!frames.ok()) return;
  frames_ = *std::move(frames);
  body_ = frames_->Text(raw_.body);
}

void PreparedAnswer::ParseCall(PairCall& call, RawTensors raw_tensors,
                               const DocumentLimits& limits) {
  if (!frames_ || document_ != nullptr) return;
  const absl::StatusOr<GrpcMethod>& method = call.Method();
  descriptor_status_ = method.status();
  if (!method.ok()) return;
  if (method->server_streams) NoteMessages();
  absl::StatusOr<CallDocument> read = ReadCall(body_, *frames_, *method, CallSide::kAnswer,
                                               {raw_tensors, limits, call.RequestIds()});
  if (!read.ok()) {
    const bool misfit = read.status().code() == absl::StatusCode::kFailedPrecondition;
    const bool too_large = read.status().code() == absl::StatusCode::kResourceExhausted;
    (misfit ? descriptor_status_ : too_large ? parse_status_ : tail_status_) = read.status();
    return;
  }
  if (!read->failure.empty()) {
    stream_status_ = absl::AbortedError("the stream says that it failed: " + read->failure);
  }
  if (!read->tensors.ok()) tail_status_ = absl::InvalidArgumentError(read->tensors.message());
  document_ = std::move(read->document);
  if (!read->raw.empty()) tail_.emplace().raw = std::move(read->raw);
}

// Of ModelStreamInfer what is written depends on whether its answers are wrapped.
bool PreparedAnswer::HasRegularMessages(PairCall& call) const {
  if (!frames_ || !call.Method().ok() || IsInferStream(*call.Method())) return false;
  const MessagePlan& plan = call.Method()->plans->Of(*call.Method()->response);
  return std::all_of(frames_->messages.begin(), frames_->messages.end(), [&](const auto& one) {
    return IsRegularMessage(plan, body_.substr(one.at, one.size));
  });
}

// The messages of a stream are its events.
void PreparedAnswer::NoteMessages() {
  AssembledStream events;
  events.events = events.token_events = frames_->ends.size();
  events.event_ends = frames_->ends;
  if (events.event_ends.size() > kMaxEventEnds) events.event_ends.resize(kMaxEventEnds);
  if (!frames_->ends.empty()) {
    events.last_event_end = frames_->ends.back();
    events.first_token_end = frames_->ends.front();
  }
  call_events_ = std::move(events);
}

std::string PreparedAnswer::CallJson(PairCall& call, const DocumentLimits& limits) const {
  std::string json;
  if (!frames_ || !call.Method().ok()) return json;
  const auto read = ReadCall(body_, *frames_, *call.Method(), CallSide::kAnswer,
                             {RawTensors::kShown, limits, call.RequestIds()});
  if (read.ok()) AppendJson(read->document->root(), json);
  return json;
}

std::string PreparedAnswer::TakeBody() {
  document_ = nullptr;
  if (stream_ && stream_status_.ok()) return std::move(stream_->json);
  return std::move(decoded_);
}

AnswerMeasures PreparedAnswer::Measure() const {
  const bool compressed = !IsIdentity(HeaderValue(raw_.headers, kContentEncoding));
  const AssembledStream* events = stream_ ? &*stream_ : call_events_ ? &*call_events_ : nullptr;
  AnswerMeasures measures = MeasuresOf(raw_.timing, events, compressed, document_.get());
  if (raw_.measured == nullptr) return measures;
  AnswerMeasures known = *raw_.measured;
  if (!known.input_tokens) known.input_tokens = measures.input_tokens;
  if (!known.output_tokens) known.output_tokens = measures.output_tokens;
  return known;
}

void PreparedAnswer::SplitTail(const DocumentLimits& limits) {
  if (stream_) return;
  const absl::StatusOr<std::optional<std::size_t>> length = JsonLength(raw_.headers, body_.size());
  tail_status_ = length.status();
  if (!length.ok() || !*length) return;
  if (body_.size() - **length > limits.max_bytes) {
    tail_status_ = absl::ResourceExhaustedError("the binary tensors are beyond the bounds");
    return;
  }
  tail_.emplace().bytes = body_.substr(**length);
}

void PreparedAnswer::Parse(const DocumentLimits& limits) {
  if (!decode_status_.ok() || !stream_status_.ok()) return;
  SplitTail(limits);
  if (!tail_status_.ok()) return;
  const std::string charset = CharsetOf(HeaderValue(raw_.headers, kContentType));
  std::string_view text = json();
  if (!IsPlainCharset(charset) && !text.empty()) {
    absl::StatusOr<std::string> utf8 = ToUtf8(charset, text, limits.max_bytes);
    charset_status_ = utf8.status();
    if (!utf8.ok()) return;
    utf8_ = *std::move(utf8);
    text = utf8_;
  }
  absl::StatusOr<std::unique_ptr<Document>> document = Document::Parse(text, limits);
  parse_status_ = document.status();
  if (document.ok()) document_ = *std::move(document);
  // Bytes that are none of the charset are not bad JSON but no text. ASCII is looked at in any
  // case: a reader of JSON takes more than that.
  if (IsPlainCharset(charset) && (!document.ok() || charset.ends_with("ascii")) &&
      !IsWellFormed(charset, text)) {
    charset_status_ = absl::InvalidArgumentError("the body is no " + charset + " text");
    document_ = nullptr;
  }
}

void PreparedAnswer::Mark(const std::vector<PathPattern>& ignore,
                          const std::vector<PathPattern>& unscored, std::span<std::uint32_t> hits) {
  if (document_ == nullptr) return;
  for (const PathPattern& path : unscored) {
    path.ForEachMatch(*document_, [&](JsonValue value) {
      document_->SetMark(value.index(), JsonMark::kUnscored);
    });
  }
  // Leaves are counted before any is marked, so that one rule does not hide another's.
  std::vector<std::uint32_t> covered;
  for (std::size_t i = 0; i < ignore.size(); ++i) {
    std::uint64_t leaves = 0;
    ignore[i].ForEachMatch(*document_, [&](JsonValue value) {
      leaves += LeafCount(value);
      covered.push_back(value.index());
    });
    if (has_tail()) leaves += CoverTail(*document_, ignore[i], *tail_);
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    hits[i] = std::max(hits[i], static_cast<std::uint32_t>(std::min(leaves, kMost)));
  }
  for (const std::uint32_t index : covered) document_->SetMark(index, JsonMark::kIgnored);
}

}  // namespace understudy
