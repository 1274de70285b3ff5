// An answer on its way through a suite: decoded and parsed at most once, then marked by rules.
// Used by one thread, for one pair. Borrows the answer it is made from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "comparators/binary_tail.h"
#include "comparators/comparator.h"
#include "comparators/decode.h"
#include "comparators/document.h"
#include "comparators/grpc/call_document.h"
#include "comparators/grpc/call_status.h"
#include "comparators/grpc/frames.h"
#include "comparators/pair_call.h"
#include "comparators/path_pattern.h"
#include "comparators/scorer.h"
#include "comparators/streams/assemble.h"

namespace understudy {

class PreparedAnswer {
 public:
  explicit PreparedAnswer(const RawAnswer& raw) : raw_(raw), body_(raw.body) {}

  // Removes content-encodings. Its status is InvalidArgument for a broken body, ResourceExhausted
  // for one beyond the limits, Unimplemented for an unknown encoding.
  void Decode(const DecodeLimits& limits);
  // Puts a streamed answer's events together, once Decode() was called; nothing when that failed,
  // or the content-type is of no stream.
  void Assemble(const StreamRule& rule);
  // Reads the body, in the charset its content-type names, as JSON, once Decode() was called;
  // nothing when that failed. Of a body with binary tensors what stands before them is read.
  void Parse(const DocumentLimits& limits);
  // For an answer to a gRPC call, in place of the three above.
  // How it ended.
  void BeginCall();
  // Cuts the body into messages, without their compression.
  void DecodeCall(const DecodeLimits& limits);
  // Reads the messages of a call that ended well, once DecodeCall() was called; nothing when that
  // failed.
  void ParseCall(PairCall& call, RawTensors raw_tensors, const DocumentLimits& limits);
  // Once DecodeCall() was called: whether the messages are, beyond doubt, of their descriptor.
  // False says nothing.
  bool HasRegularMessages(PairCall& call) const;
  // The messages as JSON; empty where they cannot be read.
  std::string CallJson(PairCall& call, const DocumentLimits& limits) const;

  // Marks what rules cover. `hits[i]` becomes at least the number of leaves that ignore rule i
  // covers here, so over both answers of a pair it is the larger number.
  void Mark(const std::vector<PathPattern>& ignore, const std::vector<PathPattern>& unscored,
            std::span<std::uint32_t> hits);

  // The body as it was compared where that is not the raw one, else empty; of a stream that broke
  // off its events. The last call: what view() gave is void then.
  std::string TakeBody();
  // Times and tokens, by what was called of the above.
  AnswerMeasures Measure() const;

  const absl::Status& decode_status() const { return decode_status_; }
  const absl::Status& parse_status() const { return parse_status_; }
  // Codes as decode_status(): the body is not of its charset, too large in UTF-8, or the charset is
  // unknown.
  const absl::Status& charset_status() const { return charset_status_; }
  // InvalidArgument for events that cannot be read, Aborted for a stream that failed or broke off,
  // ResourceExhausted beyond the limits.
  const absl::Status& stream_status() const { return stream_status_; }
  // Of a gRPC answer: FailedPrecondition when its descriptor is not known or does not fit,
  // Unimplemented when there can be none.
  const absl::Status& descriptor_status() const { return descriptor_status_; }
  bool call_failed() const { return call_ && call_->code != kGrpcOk; }
  bool is_stream() const { return stream_ || call_events_; }
  // InvalidArgument when the header of binary tensors is wrong, ResourceExhausted beyond the
  // limits.
  const absl::Status& tail_status() const { return tail_status_; }
  // Whether anything follows the JSON.
  bool has_tail() const { return tail_ && !tail_->empty(); }
  // What comparators see; valid as long as this and the raw answer.
  Answer view() const {
    return {raw_.status,
            raw_.headers,
            body_,
            document_.get(),
            utf8_.empty() ? json() : std::string_view(utf8_),
            tail_ ? &*tail_ : nullptr,
            nullptr,
            raw_.trailers,
            call_ ? &*call_ : nullptr};
  }

 private:
  void SplitTail(const DocumentLimits& limits);
  void NoteMessages();
  // The body without binary tensors.
  std::string_view json() const {
    return tail_ ? body_.substr(0, body_.size() - tail_->bytes.size()) : body_;
  }

  const RawAnswer& raw_;
  std::string decoded_;
  std::string_view body_;
  std::string utf8_;  // what the document borrows, when that is not the body; else empty
  std::unique_ptr<Document> document_;
  std::optional<AssembledStream> stream_;
  std::optional<BinaryTail> tail_;
  std::optional<GrpcCallStatus> call_;
  std::optional<GrpcFrames> frames_;
  std::optional<AssembledStream> call_events_;  // of a stream of messages: when they came
  absl::Status decode_status_;
  absl::Status stream_status_;
  absl::Status charset_status_;
  absl::Status parse_status_;
  absl::Status tail_status_;
  absl::Status descriptor_status_;
};

// Whether two answers have the same status, content-encoding, charset, length of JSON before
// binary tensors, and bytes; of gRPC the same encoding of messages and grpc-status, too.
bool SameOnTheWire(const RawAnswer& a, const RawAnswer& b);

}  // namespace understudy
