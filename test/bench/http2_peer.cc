// The session's callbacks.
#include "test/bench/http2_peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace understudy::bench {
namespace {

constexpr std::int32_t kWindow = 1 << 30;

std::string_view Text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

nghttp2_nv Field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

struct Http2PeerCallbacks {
  static Http2Peer& Of(void* user) { return *static_cast<Http2Peer*>(user); }
  static void* Object(nghttp2_session* session, std::int32_t stream) {
    return nghttp2_session_get_stream_user_data(session, stream);
  }

  static int OnBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (Object(session, frame->hd.stream_id) == nullptr) Of(user).OnBegin(frame->hd.stream_id);
    return 0;
  }
  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t, void* user) {
    if (void* const object = Object(session, frame->hd.stream_id)) {
      Of(user).OnField(object, Text(name, name_size), Text(value, value_size));
    }
    return 0;
  }
  static int OnData(nghttp2_session* session, std::uint8_t, std::int32_t stream,
                    const std::uint8_t* data, std::size_t size, void* user) {
    if (void* const object = Object(session, stream)) Of(user).OnPiece(object, Text(data, size));
    return 0;
  }
  static int OnFrame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    const bool body = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!body || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    if (void* const object = Object(session, frame->hd.stream_id)) {
      Of(user).OnEnd(frame->hd.stream_id, object);
    }
    return 0;
  }
  static int OnClose(nghttp2_session* session, std::int32_t stream, std::uint32_t code,
                     void* user) {
    if (void* const object = Object(session, stream)) Of(user).OnClosed(object, code);
    return 0;
  }
  static ssize_t OnRead(nghttp2_session* session, std::int32_t stream, std::uint8_t* into,
                        std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                        void*) {
    auto& body = *static_cast<Http2Body*>(source->ptr);
    const std::size_t take = std::min(most, body.bytes.size() - body.sent);
    std::memcpy(into, body.bytes.data() + body.sent, take);
    body.sent += take;
    if (body.sent < body.bytes.size()) return static_cast<ssize_t>(take);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (body.trailers) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const nghttp2_nv status = Field("grpc-status", "0");
      nghttp2_submit_trailer(session, stream, &status, 1);
    }
    return static_cast<ssize_t>(take);
  }

  static const nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, OnClose);
    return made;
  }
};

Http2Peer::~Http2Peer() { Close(); }

void Http2Peer::Open(int fd) {
  static const nghttp2_session_callbacks* const callbacks = Http2PeerCallbacks::Make();
  fd_ = fd;
  out_.clear();
  written_ = 0;
  nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
                                       {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000}};
  if (server_) {
    nghttp2_session_server_new(&session_, callbacks, this);
  } else {
    nghttp2_session_client_new(&session_, callbacks, this);
  }
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, server_ ? 2 : 1);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
}

void Http2Peer::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  nghttp2_session_del(session_);
  session_ = nullptr;
}

std::int32_t Http2Peer::Request(std::span<const nghttp2_nv> fields, Http2Body& body, void* object) {
  nghttp2_data_provider provider{};
  provider.source.ptr = &body;
  provider.read_callback = Http2PeerCallbacks::OnRead;
  return nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(), &provider, object);
}

void Http2Peer::Answer(std::int32_t stream, std::span<const nghttp2_nv> fields, Http2Body& body) {
  nghttp2_data_provider provider{};
  provider.source.ptr = &body;
  provider.read_callback = Http2PeerCallbacks::OnRead;
  nghttp2_submit_response(session_, stream, fields.data(), fields.size(), &provider);
}

void Http2Peer::Flush() {
  if (reading_ || fd_ < 0) return;
  const std::uint8_t* bytes = nullptr;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &bytes)) > 0;) {
    out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  if (out_.empty()) return;
  const ssize_t sent =
      send(fd_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) written_ += static_cast<std::size_t>(sent);
  if (written_ < out_.size()) return;
  out_.clear();
  written_ = 0;
}

void Http2Peer::ReadAll(bool until_empty) {
  std::string& scratch = loop_.Scratch();
  reading_ = true;
  bool broken = false;
  while (true) {
    const ssize_t got = recv(fd_, scratch.data(), scratch.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    broken = got <= 0 || nghttp2_session_mem_recv(
                             session_, reinterpret_cast<const std::uint8_t*>(scratch.data()),
                             static_cast<std::size_t>(got)) < 0;
    if (broken || (!until_empty && static_cast<std::size_t>(got) < scratch.size())) break;
  }
  reading_ = false;
  if (!broken) return Flush();
  Close();
  OnBroken();
}

}  // namespace understudy::bench
