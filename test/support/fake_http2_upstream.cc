// The server's threads.
#include "test/support/fake_http2_upstream.h"

#include <algorithm>
#include <cstring>

namespace understudy {

struct FakeHttp2Callbacks {
  using Connection = FakeHttp2Upstream::Connection;
  static Connection& Of(void* user) { return *static_cast<Connection*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t flags, void* user) {
    FakeHttp2Upstream::Request& request = Of(user).streams[frame->hd.stream_id].request;
    if ((flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0) {
      request.never_indexed.emplace_back(reinterpret_cast<const char*>(name), name_size);
    }
    (frame->headers.cat == NGHTTP2_HCAT_REQUEST ? request.fields : request.trailers)
        .emplace_back(std::string(reinterpret_cast<const char*>(name), name_size),
                      std::string(reinterpret_cast<const char*>(value), value_size));
    return 0;
  }

  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* user) {
    Of(user).streams[stream].request.body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& connection = Of(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_RST_STREAM) ++connection.server.resets_;
    if (frame->hd.type == NGHTTP2_PING) ++connection.server.pings_;
    if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) && ends) {
      connection.server.Asked(connection, frame->hd.stream_id);
    }
    return 0;
  }

  static int OnClose(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user) {
    Of(user).streams.erase(stream);
    return 0;
  }

  static ssize_t OnRead(nghttp2_session* session, std::int32_t id, std::uint8_t* into,
                        std::size_t most, std::uint32_t* flags, nghttp2_data_source*, void* user) {
    FakeHttp2Upstream::Stream& stream = Of(user).streams[id];
    const std::size_t take = std::min(most, stream.answer.body.size() - stream.sent);
    if (take == 0 && stream.answer.cut) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
      return NGHTTP2_ERR_DEFERRED;
    }
    std::memcpy(into, stream.answer.body.data() + stream.sent, take);
    stream.sent += take;
    if (stream.sent < stream.answer.body.size() || stream.answer.cut) {
      return static_cast<ssize_t>(take);
    }
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!stream.answer.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto values = Http2Values(stream.answer.trailers);
      nghttp2_submit_trailer(session, id, values.data(), values.size());
    }
    return static_cast<ssize_t>(take);
  }
};

FakeHttp2Upstream::FakeHttp2Upstream(Script script, std::uint32_t streams)
    : script_(std::move(script)), streams_(streams) {
  auto [listener, port] = TestSocket::Listen();
  listener_ = std::move(listener);
  port_ = port;
  acceptor_ = std::thread([this] { Accept(); });
}

FakeHttp2Upstream::~FakeHttp2Upstream() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

void FakeHttp2Upstream::Accept() {
  while (!ending_) {
    if (!listener_.WaitReadable(10)) continue;
    TestSocket socket(::accept4(listener_.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.Open()) continue;
    const int number = ++connections_;
    threads_.emplace_back([this, number, s = std::move(socket)]() mutable {
      Connection connection{*this, std::move(s), number};
      Serve(connection);
    });
  }
}

void FakeHttp2Upstream::Asked(Connection& connection, std::int32_t id) {
  Stream& stream = connection.streams[id];
  stream.whole = true;
  stream.request.connection = connection.number;
  stream.request.number = ++connection.requests;
  {
    std::lock_guard lock(mutex_);
    requests_.push_back(stream.request);
  }
  stream.answer = script_(stream.request);
  if (stream.answer.goes_away) {
    nghttp2_submit_goaway(connection.session, NGHTTP2_FLAG_NONE, id - 2 < 0 ? 0 : id - 2,
                          NGHTTP2_NO_ERROR, nullptr, 0);
  } else if (stream.answer.reset) {
    nghttp2_submit_rst_stream(connection.session, NGHTTP2_FLAG_NONE, id, *stream.answer.reset);
  } else if (!stream.answer.held) {
    Submit(connection, id, stream);
  }
}

void FakeHttp2Upstream::Submit(Connection& connection, std::int32_t id, Stream& stream) {
  stream.submitted = true;
  Fields fields = {{":status", std::to_string(stream.answer.status)}};
  fields.insert(fields.end(), stream.answer.fields.begin(), stream.answer.fields.end());
  const auto values = Http2Values(fields);
  nghttp2_data_provider provider{};
  provider.read_callback = FakeHttp2Callbacks::OnRead;
  const bool bodiless = stream.answer.body.empty() && stream.answer.trailers.empty();
  nghttp2_submit_response(connection.session, id, values.data(), values.size(),
                          bodiless && !stream.answer.cut ? nullptr : &provider);
}

void FakeHttp2Upstream::Serve(Connection& connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, FakeHttp2Callbacks::OnHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, FakeHttp2Callbacks::OnFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, FakeHttp2Callbacks::OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, FakeHttp2Callbacks::OnClose);
  nghttp2_session_server_new(&connection.session, callbacks, &connection);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry setting{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams_};
  nghttp2_submit_settings(connection.session, NGHTTP2_FLAG_NONE, &setting, 1);
  bool open = true;
  while (open && !ending_) {
    if (released_) {
      for (auto& [id, stream] : connection.streams) {
        if (stream.whole && stream.answer.held && !stream.submitted) {
          Submit(connection, id, stream);
        }
      }
    }
    std::string out;
    const std::uint8_t* bytes = nullptr;
    while (true) {
      const ssize_t size = nghttp2_session_mem_send(connection.session, &bytes);
      if (size <= 0) break;
      out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
    open = connection.socket.Send(out);
    std::string in;
    const TestSocket::Got got = connection.socket.Read(in, 5);
    if (got == TestSocket::Got::kBytes) {
      open =
          nghttp2_session_mem_recv(
              connection.session, reinterpret_cast<const std::uint8_t*>(in.data()), in.size()) >= 0;
    } else if (got != TestSocket::Got::kNothing) {
      open = false;
    }
  }
  nghttp2_session_del(connection.session);
}

std::vector<FakeHttp2Upstream::Request> FakeHttp2Upstream::Requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

bool FakeHttp2Upstream::WaitForRequests(std::size_t count) const {
  for (int waited = 0; waited < TestSocket::kPatienceMs; waited += 2) {
    if (Requests().size() >= count) return true;
    LetPass(2);
  }
  return false;
}

}  // namespace understudy
