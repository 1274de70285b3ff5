// Following the body through the client's buffer and through the kept copy.
#include "proxy/wire/request_body.h"

#include "proxy/async/clock.h"

namespace understudy {

RequestBody::RequestBody(Downstream& client, std::size_t keep_limit, std::uint64_t body_limit)
    : client_(&client),
      scanner_(client.Request().upgrade ? Framing::kUntilClose : client.Request().framing,
               client.Request().content_length, true),
      keep_limit_(keep_limit),
      body_limit_(body_limit),
      grpc_(client.Request().grpc),
      completed_at_(client.RequestStart()) {
  if (scanner_.Done()) {
    whole_ = true;
    return;
  }
  InputBuffer& input = client.Input();
  const std::string_view bytes = input.Bytes();
  if (bytes.empty()) return;
  const std::size_t taken = Scan(bytes);
  wire_bytes_ = taken;
  if (body_limit_ != 0 && scanner_.PayloadBytes() > body_limit_) status_ = Status::kTooLarge;
  if (scanner_.Bad()) status_ = Status::kMalformed;
  if (scanner_.Done() && status_ == Status::kOk) {
    whole_ = true;
    whole_chunk_ = input.Holder();
    whole_bytes_ = bytes.substr(0, taken);
    input.Consume(taken);
    return;
  }
  live_ = bytes.substr(0, taken);
  if (keep_limit_ == 0 || live_.size() > keep_limit_) {
    overflowed_ = true;
  } else {
    kept_.Append(input.Holder(), live_);
  }
}

RequestBody::RequestBody(const SliceList& bytes) : replay_(&bytes), replay_left_(bytes.Bytes()) {}

std::string_view RequestBody::Available() const {
  if (whole_) return whole_bytes_.substr(whole_sent_);
  if (replay_left_ > 0) {
    const std::string_view slice = replay_->Slices()[replay_slice_].bytes.substr(replay_offset_);
    return slice.substr(0, replay_left_);
  }
  return live_;
}

void RequestBody::Advance(std::size_t bytes) {
  if (bytes == 0) return;  // an empty copy has no client behind it
  if (whole_) {
    whole_sent_ += bytes;
    return;
  }
  if (replay_left_ > 0) {
    replay_left_ -= bytes;
    replay_offset_ += bytes;
    if (replay_offset_ == replay_->Slices()[replay_slice_].bytes.size()) {
      ++replay_slice_;
      replay_offset_ = 0;
    }
    return;
  }
  live_.remove_prefix(bytes);
  client_->Input().Consume(bytes);
}

Task<RequestBody::Status> RequestBody::ReadMore() {
  client_->InviteBody();
  const Downstream::ReadStatus read = co_await client_->ReadMore();
  if (interrupted_) co_return status_ = Status::kInterrupted;
  if (read == Downstream::ReadStatus::kClosed) co_return status_ = Status::kClientLeft;
  if (read == Downstream::ReadStatus::kTimeout) co_return status_ = Status::kStalled;
  ScanInput();
  co_return status_;
}

std::size_t RequestBody::Scan(std::string_view bytes) {
  if (!grpc_) return scanner_.Scan(bytes);
  return scanner_.Scan(bytes, [this](std::string_view piece) { messages_.Take(piece); });
}

void RequestBody::ScanInput() {
  InputBuffer& input = client_->Input();
  // What was scanned before is still in front when it has not been sent yet.
  const std::size_t before = live_.size();
  const std::string_view bytes = input.Bytes();
  const std::size_t taken = Scan(bytes.substr(before));
  wire_bytes_ += taken;
  live_ = bytes.substr(0, before + taken);
  if (scanner_.Bad()) {
    status_ = Status::kMalformed;
  } else if (body_limit_ != 0 && scanner_.PayloadBytes() > body_limit_) {
    status_ = Status::kTooLarge;
  }
  if (grpc_) {
    completed_at_ = RecentNow();
    if (messages_.Count() > 1 && stream_limit_ < keep_limit_) LimitCopy(stream_limit_);
  }
  if (overflowed_) return;
  if (kept_.Bytes() + taken > keep_limit_) {
    overflowed_ = true;
    kept_.Clear();
  } else {
    kept_.Append(input.Holder(), live_.substr(before));
  }
}

void RequestBody::Interrupt() {
  interrupted_ = true;
  if (client_ != nullptr) client_->InterruptRead();
}

void RequestBody::Rewind() {
  whole_sent_ = 0;
  interrupted_ = false;
  if (status_ == Status::kInterrupted) status_ = Status::kOk;
  if (whole_) return;
  if (client_ != nullptr) {
    replay_ = &kept_;
    replay_left_ = kept_.Bytes() - live_.size();
  } else {
    replay_left_ = replay_->Bytes();
  }
  replay_slice_ = replay_offset_ = 0;
}

void RequestBody::LimitCopy(std::size_t keep_limit) {
  keep_limit_ = keep_limit;
  if (whole_ || kept_.Bytes() <= keep_limit) return;
  overflowed_ = true;
  kept_.Clear();
}

SliceList RequestBody::TakeCopy() {
  if (whole_ && kept_.Bytes() == 0 && !whole_bytes_.empty()) {
    kept_.Append(whole_chunk_, whole_bytes_);
  }
  return std::move(kept_);
}

}  // namespace understudy
