// A client's HTTP/2 connection: each stream is a request, served by a coroutine of its own.
//
// Threads: one worker's. Ownership: kept alive by the coroutine of Run() and those of its requests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "proxy/wire/client_connection.h"
#include "proxy/wire/http1_downstream.h"
#include "proxy/wire/http2_wire.h"

namespace understudy {

class Http2Request;

class Http2Connection final : public Http2Wire, public ClientConnection {
 public:
  // Takes over the socket of a client whose first bytes are HTTP/2's preface, with those bytes.
  Http2Connection(Http1Downstream& first, RequestHandler& handler);
  ~Http2Connection() override;

  // The life of the connection.
  static Task<> Run(std::shared_ptr<Http2Connection> self);

  // ClientConnection
  void CloseWhenIdle() override;
  void Cut() override;

  const ListenerConfig& Listener() const { return listener_; }
  std::string_view ClientAddress() const { return client_address_; }

 private:
  // What a request's coroutine holds. The request gives its window back to the connection, so it
  // goes first, whatever the order in which a coroutine's parameters end.
  struct Served {
    std::shared_ptr<Http2Connection> connection;
    std::shared_ptr<Http2Request> request;
  };
  static Task<> Serve(Served served);
  void LetGo();
  void RestIfIdle();
  void EndDrain();
  // GOAWAY, and no more.
  void Leave();

  // Http2Wire
  void OnTurn() override;
  void OnOver() override;
  void OnStall() override { worker_.counters.client_timeouts.Add(); }
  // Http2Session::Events
  void OnHead(std::int32_t stream, void* object, Http2Block& block, bool ends) override;
  void OnData(void* object, std::string_view payload) override;
  void OnEnd(void* object, std::string_view trailers) override;
  void OnClosed(std::int32_t stream, void* object, std::uint32_t code) override;
  void OnSent(void* object, std::size_t bytes) override;
  void OnSentEnd(std::int32_t stream, void* object) override;
  void OnMalformed() override { worker_.counters.bad_requests.Add(); }
  void OnPong() override;

  const ListenerConfig& listener_;
  RequestHandler& handler_;
  std::string client_address_;
  absl::flat_hash_map<std::int32_t, std::shared_ptr<Http2Request>> open_;  // streams not yet closed
  std::vector<std::shared_ptr<Http2Request>> begun_;  // in this turn; their coroutines start next
  int serving_ = 0;                                   // coroutines of requests
  Deadline idle_;                                     // nothing is asked for
  Deadline block_;                                    // of a block of fields that does not end
  Deadline notice_;       // of the first GOAWAY, whose PING nobody answers
  bool resting_ = false;  // idle_ runs, whatever else comes than a request
  bool in_block_ = false;
  enum class Drain { kNo, kNoticed, kLast } drain_ = Drain::kNo;
};

}  // namespace understudy
