// The session's callbacks, and reading until something has come.
#include "test/support/http2_client.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace understudy {

struct Http2ClientCallbacks {
  static Http2Client& Of(void* user) { return *static_cast<Http2Client*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* user) {
    Http2Answer& answer = Of(user).answers_[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") {
      const int status = std::atoi(text.c_str());
      if (status < 200) answer.interim.push_back(status);
      answer.status = status;
      answer.fields.clear();
    } else if (frame->headers.cat == NGHTTP2_HCAT_HEADERS && answer.status >= 200 &&
               (!answer.body.empty() || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)) {
      answer.trailers.emplace_back(key, text);
    } else {
      answer.fields.emplace_back(key, text);
    }
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Client& self = Of(user);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) && ends) {
      self.answers_[frame->hd.stream_id].ended = true;
    }
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      self.go_aways_.push_back({frame->goaway.last_stream_id, frame->goaway.error_code});
    }
    if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) ++self.pongs_;
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
      self.answers_[frame->hd.stream_id].reset = frame->rst_stream.error_code;
    }
    return 0;
  }

  static int OnData(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* data,
                    std::size_t size, void* user) {
    Of(user).answers_[stream].body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int OnClose(nghttp2_session*, std::int32_t stream, std::uint32_t, void* user) {
    Of(user).answers_[stream].closed = true;
    return 0;
  }

  static ssize_t OnRead(nghttp2_session* session, std::int32_t stream, std::uint8_t* into,
                        std::size_t most, std::uint32_t* flags, nghttp2_data_source*, void* user) {
    Http2Client::Body& body = Of(user).bodies_[stream];
    const std::size_t take = std::min(most, body.pending.size() - body.sent);
    if (take == 0 && !body.ended) return NGHTTP2_ERR_DEFERRED;
    std::memcpy(into, body.pending.data() + body.sent, take);
    body.sent += take;
    if (body.sent == body.pending.size() && body.ended) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!body.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto values = Http2Values(body.trailers);
        nghttp2_submit_trailer(session, stream, values.data(), values.size());
      }
    }
    return static_cast<ssize_t>(take);
  }
};

Http2Client::Http2Client(std::uint16_t port, Options options) : socket_(TestSocket::Connect(port)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Http2ClientCallbacks::OnHeader);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Http2ClientCallbacks::OnFrame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                            Http2ClientCallbacks::OnData);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Http2ClientCallbacks::OnClose);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
  if (!options.reads_bodies) nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session_client_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 2);
  // So that one stream's window is all that holds it back.
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 1 << 30);
  Flush();
}

Http2Client::~Http2Client() { nghttp2_session_del(session_); }

void Http2Client::Flush() {
  std::string out;
  const std::uint8_t* bytes = nullptr;
  while (true) {
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  if (!socket_.Send(out)) ended_ = true;
}

std::int32_t Http2Client::Begin(std::string_view method, std::string_view path,
                                const Fields& fields, bool ends) {
  Fields all = {{":method", std::string(method)},
                {":scheme", "http"},
                {":authority", "models.example"},
                {":path", std::string(path)}};
  // A field of the same name takes a pseudo-field's place.
  for (const auto& field : fields) {
    const auto same = std::find_if(all.begin(), all.end(),
                                   [&](const auto& one) { return one.first == field.first; });
    if (field.first.starts_with(':') && same != all.end()) {
      same->second = field.second;
    } else {
      all.push_back(field);
    }
  }
  const auto values = Http2Values(all);
  nghttp2_data_provider provider{};
  provider.read_callback = Http2ClientCallbacks::OnRead;
  const std::int32_t stream = nghttp2_submit_request(
      session_, nullptr, values.data(), values.size(), ends ? nullptr : &provider, nullptr);
  if (stream < 0) throw std::runtime_error("no stream can be begun");
  Flush();
  return stream;
}

void Http2Client::Send(std::int32_t stream, std::string_view payload, bool ends,
                       const Fields& trailers) {
  Body& body = bodies_[stream];
  body.pending += payload;
  body.ended = ends;
  body.trailers = trailers;
  nghttp2_session_resume_data(session_, stream);
  Flush();
}

void Http2Client::Reset(std::int32_t stream, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
  Flush();
}

void Http2Client::Ping() {
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  Flush();
}

void Http2Client::Settings() {
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  Flush();
}

Http2Answer Http2Client::Ask(std::string_view method, std::string_view path, const Fields& fields,
                             std::string_view body) {
  const std::int32_t stream = Begin(method, path, fields, body.empty());
  if (!body.empty()) Send(stream, body, true);
  Wait(stream);
  return answers_[stream];
}

bool Http2Client::WaitUntil(const std::function<bool()>& condition, int milliseconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (!condition()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || ended_) return condition();
    std::string bytes;
    const TestSocket::Got got = socket_.Read(bytes, static_cast<int>(left.count()));
    if (got == TestSocket::Got::kNothing) continue;
    if (got != TestSocket::Got::kBytes) {
      ended_ = true;
      for (auto& [stream, answer] : answers_) answer.closed = true;
      continue;
    }
    nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                             bytes.size());
    Flush();
  }
  return true;
}

}  // namespace understudy
