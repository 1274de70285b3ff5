// HTTP/2's frames over memory (nghttp2): bytes in, events out; what is submitted in, bytes out.
// Keeps the budgets of a peer that floods.
//
// Threads: one worker's. Ownership: streams' objects and bodies are borrowed until OnClosed().
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/topology.h"
#include "proxy/model/traffic_counters.h"
#include "proxy/wire/http2_block.h"
#include "proxy/wire/http2_body.h"
#include "proxy/wire/http2_budget.h"
#include "proxy/wire/http2_frame_heads.h"

namespace understudy {

// Why a connection is given up on.
enum class Http2Fault { kNone, kUnused, kProtocol, kResets, kControlFrames, kHeaders };

void CountFault(Http2Fault fault, Http2FaultCounters& counters);

class Http2Session {
 public:
  // What frames say. Called from within Receive() and Produce(): neither may be called again from
  // here, nor may the session go. `object` is what SetObject() or SubmitRequest() gave.
  class Events {
   public:
    virtual ~Events() = default;
    // A request's, or an answer's head (interim ones, too). `ends`: no body follows.
    virtual void OnHead(std::int32_t stream, void* object, Http2Block& block, bool ends) = 0;
    virtual void OnData(void* object, std::string_view payload) = 0;
    virtual void OnEnd(void* object, std::string_view trailers) = 0;
    // `code`: 0 when both sides had ended.
    virtual void OnClosed(std::int32_t stream, void* object, std::uint32_t code) = 0;
    // Of its body, so many bytes are on their way.
    virtual void OnSent(void* object, std::size_t bytes) = 0;
    // Everything is.
    virtual void OnSentEnd(std::int32_t stream, void* object) = 0;
    virtual void OnGoAway(std::int32_t last_stream) { static_cast<void>(last_stream); }
    // A head or a body that broke HTTP/2's own rules; its stream is being reset.
    virtual void OnMalformed() {}
    virtual void OnPong() {}
    virtual void OnSettings() {}
  };

  enum class Side { kServer, kClient };
  Http2Session(Side side, Events& events, const Http2Limits& limits,
               const Http2BlockLimits& block_limits);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // False: nothing more is read from this peer.
  bool Receive(std::string_view bytes, SteadyTime now);
  // Appends what there is to be sent, up to a frame more than `most` bytes in all.
  void Produce(std::string& out, std::size_t most);
  // There may be something to produce.
  bool WantsWrite() const { return nghttp2_session_want_write(session_) != 0; }
  // The connection still has a purpose.
  bool WantsRead() const { return nghttp2_session_want_read(session_) != 0; }
  Http2Fault Fault() const { return fault_; }
  // A block of fields has begun and not ended.
  bool InBlock() const { return in_block_; }

  void SetObject(std::int32_t stream, void* object) {
    nghttp2_session_set_stream_user_data(session_, stream, object);
  }
  // `body` null: none. Fields' names may be in any case.
  void SubmitAnswer(std::int32_t stream, std::span<const nghttp2_nv> fields, Http2Outgoing* body);
  void SubmitInterim(std::int32_t stream, std::span<const nghttp2_nv> fields);
  // The stream's number, or below zero.
  std::int32_t SubmitRequest(std::span<const nghttp2_nv> fields, Http2Outgoing* body, void* object);
  // The body has more to send, or has ended.
  void Resume(std::int32_t stream, Http2Outgoing& body);
  void Reset(std::int32_t stream, std::uint32_t code);
  // Takes so many bytes of a stream's body off its window.
  void TakeOff(std::int32_t stream, std::size_t bytes) {
    nghttp2_session_consume_stream(session_, stream, bytes);
  }
  void TakeOffConnection(std::size_t bytes) { nghttp2_session_consume_connection(session_, bytes); }
  void SetWindow(std::int32_t stream, std::uint64_t bytes) {
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, stream,
                                          static_cast<std::int32_t>(bytes));
  }
  void Ping();
  // The first of two GOAWAYs, with a PING whose answer says that it was read; and the second.
  void BeginDrain();
  void EndDrain();
  // GOAWAY; what was begun on the connection is cut.
  void GiveUp(Http2Fault fault, std::uint32_t code);
  // For a client: whether a new stream may be begun now.
  bool MayRequest() const { return nghttp2_session_check_request_allowed(session_) != 0; }
  std::uint32_t PeerStreams() const {
    return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  }
  // Honest streams that ended pay for a reset.
  void CreditReset() { resets_.Credit(1); }

 private:
  friend struct Http2Callbacks;
  bool Charge(Http2Budget& budget, Http2Fault fault);
  // What a callback of Receive() returns: after a fault nothing more is read. nghttp2 must not be
  // told to terminate from within: a malformed frame behind that ends it with an assertion.
  int Verdict() const { return fault_ == Http2Fault::kNone ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE; }
  // Gives nghttp2 what came. How much it took, or an error of its.
  ssize_t Feed(std::string_view bytes);
  // All before it has been given.
  void OnFrameHead();
  // Of a stream that is closed or was never begun: nghttp2 passes over it in silence.
  void OnLateFrame(std::int32_t stream, bool data);
  void GaveUp(std::int32_t stream);

  Events& events_;
  const Side side_;
  Http2Block block_;
  const std::uint64_t first_window_;  // of each stream
  Http2Budget resets_;
  Http2Budget control_;
  SteadyTime now_{};
  Http2Fault fault_ = Http2Fault::kNone;
  std::uint32_t fault_code_ = 0;
  // Streams that were reset here last, whose peer may not have known when it sent more of them.
  std::vector<std::int32_t> given_up_;
  std::size_t next_given_up_ = 0;
  std::uint64_t late_bytes_ = 0;  // of their bodies may still come
  Http2FrameHeads heads_;
  std::int32_t highest_ = -1;  // of the peer's streams, at a server
  bool skipped_ = false;       // some below that were never begun
  bool receiving_ = false;
  bool in_block_ = false;
  bool peer_leaves_ = false;    // it has sent GOAWAY
  std::string* out_ = nullptr;  // while Produce() runs
  std::size_t most_ = 0;
  nghttp2_session* session_ = nullptr;
};

// A field to submit; both texts must stay until it is.
nghttp2_nv Http2Field(std::string_view name, std::string_view value);

}  // namespace understudy
