// A model server for tests: a listener on port zero and one thread per connection, which answers
// each request as its script says.
//
// Threads: the script runs on the connection's thread; everything public may be called from any.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test/support/http_text.h"
#include "test/support/socket.h"

namespace understudy {

// "HTTP/1.1 200 OK" with a JSON body and its length.
std::string JsonAnswer(std::string_view body, int status = 200, std::string_view fields = {});

class FakeUpstream {
 public:
  struct Connection {
    TestSocket& socket;
    HttpReader& reader;
    int number = 0;    // connections are counted from 1
    int requests = 0;  // on this connection, with the one at hand
    const std::atomic<bool>& ending;
    // Waits, unless the server ends.
    void Pause(int milliseconds) const;
  };
  // Answers one request. False: close the connection.
  using Script = std::function<bool(Connection&, const HttpText& request)>;

  // Answers every request with the same bytes.
  explicit FakeUpstream(std::string answer);
  explicit FakeUpstream(Script script);
  // The script gets the connection before a request is read: `request` is empty.
  static FakeUpstream Raw(Script script) { return FakeUpstream(std::move(script), true); }
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;

  std::uint16_t Port() const { return port_; }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::vector<HttpText> Requests() const;
  int Connections() const { return connections_; }
  // Waits, bounded, until so many requests were read whole.
  bool WaitForRequests(std::size_t count) const;
  void SetScript(Script script);

 private:
  FakeUpstream(Script script, bool raw);
  void Accept();
  void Serve(TestSocket socket, int number);

  TestSocket listener_;
  std::uint16_t port_ = 0;
  const bool raw_ = false;
  std::atomic<bool> ending_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;  // guards what follows
  Script script_;
  std::vector<HttpText> requests_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace understudy
