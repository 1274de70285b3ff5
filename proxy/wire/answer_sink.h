// Where the answer of an upstream goes while it arrives: the client's connection, or nowhere but
// the copy (a shadow).
#pragma once

#include <string_view>

#include "proxy/async/task.h"
#include "proxy/model/message.h"
#include "proxy/wire/socket_io.h"

namespace understudy {

class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  // The head and the first bytes of the body as they lay on the wire. `bytes` must stay until the
  // write is done. `body_done` says that nothing follows.
  virtual WriteResult Start(const AnswerHead& head, std::string_view bytes, bool body_done) = 0;
  virtual WriteResult More(std::string_view bytes, bool body_done) = 0;
  // An interim (1xx) answer, other than 101.
  virtual WriteResult Interim(const AnswerHead& head) = 0;
  // After kBlocked: waits until all is written. kFailed: the client left or does not read.
  virtual Task<WriteResult> Flush() = 0;
  // Whether a client waits behind this sink and has left.
  virtual bool Left() const = 0;
};

}  // namespace understudy
