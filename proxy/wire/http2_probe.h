// One GET over HTTP/2, on a connection that is closed afterwards: the status of its answer.
//
// Threads: one loop's.
#pragma once

#include <string>

#include "proxy/async/task.h"
#include "proxy/wire/http2_session.h"
#include "proxy/wire/probe_stream.h"

namespace understudy {

class Http2Probe : private Http2Session::Events {
 public:
  Http2Probe();
  // 0: there was none, or the connection broke, or was closed by whoever waits no longer.
  Task<int> Run(ProbeStream& stream, std::string authority, std::string path);

 private:
  void OnHead(std::int32_t, void*, Http2Block& block, bool) override {
    if (block.Status() >= 200) status_ = block.Status();
  }
  void OnData(void*, std::string_view) override {}
  void OnEnd(void*, std::string_view) override {}
  void OnClosed(std::int32_t, void*, std::uint32_t) override { closed_ = true; }
  void OnSent(void*, std::size_t) override {}
  void OnSentEnd(std::int32_t, void*) override {}

  Http2Session session_;
  std::string out_;
  std::string in_;
  int status_ = 0;
  bool closed_ = false;
};

}  // namespace understudy
