// A request's body on its way to an upstream: forwarded as it arrives, with a bounded copy kept for
// whoever needs it again (a retry, the fallback, shadows). Or such a copy, replayed.
//
// Threads: one worker's. A body outlives every exchange that sends it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/base/chunk.h"
#include "proxy/base/time.h"
#include "proxy/model/grpc.h"
#include "proxy/wire/body_scanner.h"
#include "proxy/wire/downstream.h"

namespace understudy {

class RequestBody {
 public:
  enum class Status {
    kOk,
    kClientLeft,  // closed before the body's end
    kStalled,     // no byte within the listener's body_idle
    kMalformed,
    kTooLarge,  // beyond limits.body_bytes
    kInterrupted,
  };

  // From the client: keeps a copy of up to `keep_limit` bytes. 0 for `body_limit`: none.
  RequestBody(Downstream& client, std::size_t keep_limit, std::uint64_t body_limit);
  // A kept copy; `bytes` must outlive this.
  explicit RequestBody(const SliceList& bytes);

  // The whole body has been seen (whether or not it has been sent).
  bool Complete() const { return scanner_.Done(); }
  // Nothing is left to send.
  bool Exhausted() const { return Complete() && Available().empty(); }
  // What can be sent now; stays valid until Advance() or ReadMore().
  std::string_view Available() const;
  void Advance(std::size_t bytes);
  // Waits for more from the client.
  Task<Status> ReadMore();
  void Interrupt();

  // Every byte seen so far is still at hand.
  bool Replayable() const { return !overflowed_; }
  // Sends from the start again. Only when Replayable().
  void Rewind();

  // Nobody needs a copy of more than this; a larger one that is kept already goes.
  void LimitCopy(std::size_t keep_limit);

  // Of a gRPC call whose client sends a second message: the same.
  void LimitStreams(std::size_t keep_limit) { stream_limit_ = keep_limit; }
  // Messages of a gRPC call whose first byte has come, and when its last byte had.
  std::uint64_t GrpcMessages() const { return messages_.Count(); }
  SteadyTime CompletedAt() const { return completed_at_; }

  Status State() const { return status_; }
  // The body as it lay on the wire; only when Complete() and Replayable(). Moves the copy out.
  SliceList TakeCopy();
  std::uint64_t WireBytes() const { return wire_bytes_; }

 private:
  void ScanInput();
  std::size_t Scan(std::string_view bytes);

  Downstream* client_ = nullptr;
  BodyScanner scanner_;
  std::size_t keep_limit_ = 0;
  const std::uint64_t body_limit_ = 0;
  Status status_ = Status::kOk;
  bool grpc_ = false;
  GrpcMessageCounter messages_;
  std::size_t stream_limit_ = ~std::size_t{0};
  SteadyTime completed_at_{};
  bool interrupted_ = false;
  bool overflowed_ = false;
  std::uint64_t wire_bytes_ = 0;

  // A body that arrived whole with its head lies in the client's chunk, which then is not read
  // into again: no copy is made until somebody takes one.
  bool whole_ = false;
  ChunkRef whole_chunk_;
  std::string_view whole_bytes_;

  SliceList kept_;
  const SliceList* replay_ = nullptr;  // bytes before the live ones, or all
  std::size_t replay_slice_ = 0;
  std::size_t replay_offset_ = 0;
  std::size_t replay_left_ = 0;
  std::string_view live_;  // scanned, in the client's buffer, not yet sent
  std::size_t whole_sent_ = 0;
};

}  // namespace understudy
