// A client of HTTP/2 for tests, over nghttp2 and a blocking socket: what it is told to send it
// sends, what comes it keeps.
//
// Threads: one owner.
#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/support/http2_fields.h"
#include "test/support/socket.h"

namespace understudy {

struct Http2Answer {
  int status = 0;
  std::vector<int> interim;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::pair<std::string, std::string>> trailers;
  std::string body;
  bool ended = false;                  // END_STREAM came
  std::optional<std::uint32_t> reset;  // the code, where the stream was closed by a reset
  bool closed = false;

  bool Whole() const { return ended; }
  std::optional<std::string> Field(std::string_view name) const { return Find(fields, name); }
  std::optional<std::string> Trailer(std::string_view name) const { return Find(trailers, name); }

 private:
  using Fields = Http2Fields;
  static std::optional<std::string> Find(const Fields& all, std::string_view name) {
    for (const auto& [key, value] : all) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

class Http2Client {
 public:
  using Fields = Http2Fields;
  struct Options {
    std::uint32_t window = 65535;  // of each stream
    bool reads_bodies = true;      // gives windows back
  };

  explicit Http2Client(std::uint16_t port) : Http2Client(port, Options()) {}
  Http2Client(std::uint16_t port, Options options);
  ~Http2Client();
  Http2Client(const Http2Client&) = delete;

  // Begins a request; `ends`: it has no body. The stream's number.
  std::int32_t Begin(std::string_view method, std::string_view path, const Fields& fields = {},
                     bool ends = true);
  // More of its body, and perhaps trailers, which end it.
  void Send(std::int32_t stream, std::string_view payload, bool ends, const Fields& trailers = {});
  void Reset(std::int32_t stream, std::uint32_t code = NGHTTP2_CANCEL);
  void Ping();
  void Settings();
  // Any bytes, past nghttp2.
  bool SendRaw(std::string_view bytes) { return socket_.Send(bytes); }

  // A whole request and its answer.
  Http2Answer Ask(std::string_view method, std::string_view path, const Fields& fields = {},
                  std::string_view body = {});
  const Http2Answer& Of(std::int32_t stream) { return answers_[stream]; }
  // Reads until the stream is closed. False: it did not within the time.
  bool Wait(std::int32_t stream, int milliseconds = 10000) {
    return WaitUntil([&] { return answers_[stream].closed; }, milliseconds);
  }
  bool WaitUntil(const std::function<bool()>& condition, int milliseconds = 10000);
  // The connection ended, or was reset.
  bool AtEnd(int milliseconds = 10000) {
    return WaitUntil([] { return false; }, milliseconds) || ended_;
  }

  struct GoAway {
    std::int32_t last_stream;
    std::uint32_t code;
  };
  const std::vector<GoAway>& GoAways() const { return go_aways_; }
  std::uint32_t PeerSetting(nghttp2_settings_id id) const {
    return nghttp2_session_get_remote_settings(session_, id);
  }
  // Of everything that came.
  int Pongs() const { return pongs_; }

 private:
  friend struct Http2ClientCallbacks;
  struct Body {
    std::string pending;
    std::size_t sent = 0;  // of it
    bool ended = false;
    Fields trailers;
  };
  void Flush();

  TestSocket socket_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Http2Answer> answers_;
  std::map<std::int32_t, Body> bodies_;
  std::vector<GoAway> go_aways_;
  int pongs_ = 0;
  bool ended_ = false;
};

}  // namespace understudy
