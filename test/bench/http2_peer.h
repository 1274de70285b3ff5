// One end of an HTTP/2 connection, over nghttp2: what is read goes to the streams, what they have
// to say goes out in one write for each read.
//
// Threads: the loop's. Ownership: closes its descriptor; borrows the loop.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "test/bench/event_loop.h"

namespace understudy::bench {

nghttp2_nv Field(std::string_view name, std::string_view value);

// A message's body: the same for all, and whether trailers follow it.
struct Http2Body {
  std::string_view bytes;
  bool trailers = false;
  std::size_t sent = 0;
};

class Http2Peer : public Watched {
 public:
  Http2Peer(EventLoop& loop, bool server) : loop_(loop), server_(server) {}
  ~Http2Peer() override;
  Http2Peer(const Http2Peer&) = delete;
  Http2Peer& operator=(const Http2Peer&) = delete;

  // Takes a connected descriptor over.
  void Open(int fd);
  bool Closed() const { return fd_ < 0; }
  // Writes what there is, unless a read is under way, which does so at its end.
  void Flush();
  // `body` must stay until the stream has ended.
  std::int32_t Request(std::span<const nghttp2_nv> fields, Http2Body& body, void* object);
  void Answer(std::int32_t stream, std::span<const nghttp2_nv> fields, Http2Body& body);
  void SetObject(std::int32_t stream, void* object) {
    nghttp2_session_set_stream_user_data(session_, stream, object);
  }

 protected:
  void ReadAll(bool until_empty);
  void Close();

  // `object`: of the stream. Closes nothing from within.
  virtual void OnBegin(std::int32_t stream) { static_cast<void>(stream); }
  virtual void OnField(void* object, std::string_view name, std::string_view value) = 0;
  virtual void OnPiece(void* object, std::string_view piece) = 0;
  // The other side's last frame of it.
  virtual void OnEnd(std::int32_t stream, void* object) = 0;
  virtual void OnClosed(void* object, std::uint32_t code) = 0;
  // Broken, and closed.
  virtual void OnBroken() = 0;

  EventLoop& loop_;
  int fd_ = -1;

 private:
  friend struct Http2PeerCallbacks;
  const bool server_;
  nghttp2_session* session_ = nullptr;
  bool reading_ = false;
  std::string out_;
  std::size_t written_ = 0;  // of it
};

}  // namespace understudy::bench
