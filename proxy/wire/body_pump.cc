// The pump's loop.
#include "proxy/wire/body_pump.h"

#include "proxy/wire/socket_io.h"

namespace understudy {

BodyPump::BodyPump(Worker& worker, UpstreamConnection& connection, RequestBody& body,
                   std::string_view head_left, Duration first_byte)
    : worker_(worker),
      connection_(connection),
      body_(body),
      head_left_(head_left),
      first_byte_(first_byte),
      ended_(worker.GetExecutor()) {}

void BodyPump::Begin() { asio::co_spawn(worker_.GetExecutor(), Run(*this), asio::detached); }

Task<> BodyPump::Run(BodyPump& pump) {
  bool writable = true;
  if (!pump.head_left_.empty()) writable = co_await pump.Write(pump.head_left_, false);
  while (writable && !pump.head_only_ && !pump.stopping_ && !pump.body_.Exhausted()) {
    if (pump.body_.Available().empty()) {
      // The answer's first byte is waited for from the request's last one: a client that pauses is
      // bounded by its listener's body_idle, and is not the upstream's fault.
      pump.WaitForAnswer(false);
      const RequestBody::Status status = co_await pump.body_.ReadMore();
      pump.WaitForAnswer(true);
      if (status != RequestBody::Status::kOk) {
        pump.body_failed_ = !pump.stopping_;
        pump.connection_.Interrupt();
        break;
      }
      continue;
    }
    writable = co_await pump.Write(pump.body_.Available(), true);
  }
  if (pump.client_ != nullptr && !pump.stopping_ && pump.body_.Exhausted()) {
    pump.client_->WatchWhile(pump.waiting_);
  }
  pump.ended_.Set();
}

// False: the upstream takes no more. Its answer, if there is one, is still read by the exchange.
Task<bool> BodyPump::Write(std::string_view bytes, bool of_body) {
  PendingWrite write;
  write.Set(bytes);
  while (!stopping_) {
    const std::size_t before = write.Bytes();
    const WriteResult result = connection_.Write(write);
    if (of_body) body_.Advance(before - write.Bytes());
    if (write.Bytes() < before) WaitForAnswer(true);
    if (result != WriteResult::kBlocked) co_return result == WriteResult::kDone;
    if (client_ != nullptr) client_->WatchWhile(waiting_);
    const IoResult waited = co_await connection_.WaitWritable();
    if (client_ != nullptr) client_->WatchWhile(nullptr);
    if (waited.error) co_return false;
  }
  co_return false;
}

// Only until the answer's head is there: from then on the exchange sets its own deadlines.
void BodyPump::WaitForAnswer(bool wait) {
  if (connection_.head.status >= 200) return;
  // A tunnel is bounded by the time in which neither side says anything.
  if (connection_.head.status == 101) return connection_.ExpireAfter(first_byte_);
  if (wait) {
    connection_.ExpireAfter(first_byte_);
  } else {
    connection_.deadline.Disarm();
  }
}

Task<> BodyPump::Stop() {
  stopping_ = true;
  if (!ended_.IsSet()) {
    body_.Interrupt();
    connection_.Interrupt();
  }
  co_await ended_.Wait();
}

}  // namespace understudy
