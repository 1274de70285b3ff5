// A model server for tests that speaks HTTP/2 by prior knowledge: a listener on port zero and one
// thread per connection, which answers each request as its script says.
//
// Threads: the script runs on the connection's thread; everything public may be called from any.
#pragma once

#include <nghttp2/nghttp2.h>

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "test/support/http2_fields.h"
#include "test/support/socket.h"

namespace understudy {

class FakeHttp2Upstream {
 public:
  using Fields = Http2Fields;
  struct Request {
    Fields fields;  // with the pseudo-fields
    std::string body;
    Fields trailers;
    std::vector<std::string> never_indexed = {};  // names of fields that came so (RFC 7541 6.2.3)
    int connection = 0;                           // counted from 1
    int number = 0;                               // on its connection
    std::optional<std::string> Field(std::string_view name) const {
      for (const auto& [key, value] : fields) {
        if (key == name) return value;
      }
      return std::nullopt;
    }
  };
  struct Answer {
    int status = 200;
    Fields fields = {};
    std::string body = {};
    Fields trailers = {};
    bool held = false;                                  // until Release()
    bool cut = false;                                   // the body is followed by a reset
    std::optional<std::uint32_t> reset = std::nullopt;  // instead of an answer
    bool goes_away = false;  // GOAWAY that disowns this request and all later ones
  };
  using Script = std::function<Answer(const Request&)>;

  explicit FakeHttp2Upstream(Script script, std::uint32_t streams = 100);
  ~FakeHttp2Upstream();
  FakeHttp2Upstream(const FakeHttp2Upstream&) = delete;

  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<Request> Requests() const;
  bool WaitForRequests(std::size_t count) const;
  int Connections() const { return connections_; }
  int Resets() const { return resets_; }  // of clients
  int Pings() const { return pings_; }
  void Release() { released_ = true; }

 private:
  friend struct FakeHttp2Callbacks;
  struct Stream {
    Request request;
    Answer answer;
    std::size_t sent = 0;
    bool submitted = false;
    bool whole = false;
  };
  struct Connection {
    FakeHttp2Upstream& server;
    TestSocket socket;
    int number = 0;
    int requests = 0;
    nghttp2_session* session = nullptr;
    std::map<std::int32_t, Stream> streams;
  };
  void Accept();
  void Serve(Connection& connection);
  void Asked(Connection& connection, std::int32_t stream);
  static void Submit(Connection& connection, std::int32_t id, Stream& stream);

  const Script script_;
  const std::uint32_t streams_;
  TestSocket listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<bool> released_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> resets_{0};
  std::atomic<int> pings_{0};
  mutable std::mutex mutex_;  // guards requests_
  std::vector<Request> requests_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace understudy
