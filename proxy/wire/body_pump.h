// Sends what is left of a request while its answer may already be arriving: a large or slow body,
// or one that the upstream does not take at once. Small requests never need it.
//
// Threads: one worker's. Stop() must be awaited before the pump or what it refers to goes away.
#pragma once

#include <string_view>

#include "proxy/async/event.h"
#include "proxy/wire/request_body.h"
#include "proxy/wire/upstream_connection.h"

namespace understudy {

class BodyPump {
 public:
  // `head_left` is the unsent rest of the head. Each progress renews the connection's deadline.
  BodyPump(Worker& worker, UpstreamConnection& connection, RequestBody& body,
           std::string_view head_left, Duration first_byte);
  // `waiting` is woken should the client leave while the upstream takes nothing, or once the whole
  // body is sent.
  void WatchAfter(Downstream* client, Interruptible* waiting) {
    client_ = client;
    waiting_ = waiting;
  }

  // The body waits for the answer: of the request the head alone is sent.
  void HeadOnly() { head_only_ = true; }

  void Begin();
  // Ends the pump wherever it is; returns when it has ended.
  Task<> Stop();
  // The client's side failed: it left, stalled, or sent a malformed or too large body.
  bool BodyFailed() const { return body_failed_; }

 private:
  static Task<> Run(BodyPump& pump);
  Task<bool> Write(std::string_view bytes, bool of_body);
  void WaitForAnswer(bool wait);

  Worker& worker_;
  UpstreamConnection& connection_;
  RequestBody& body_;
  std::string_view head_left_;
  const Duration first_byte_;
  Downstream* client_ = nullptr;
  Interruptible* waiting_ = nullptr;
  Event ended_;
  bool head_only_ = false;
  bool stopping_ = false;
  bool body_failed_ = false;
};

}  // namespace understudy
