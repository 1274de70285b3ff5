// A client's connection as its listener sees it.
//
// Threads: one worker's.
#pragma once

namespace understudy {

class ClientConnection {
 public:
  virtual ~ClientConnection() = default;
  // Closes an idle connection; one that is in use closes after what it serves.
  virtual void CloseWhenIdle() = 0;
  // Cuts the connection whatever it does.
  virtual void Cut() = 0;
};

}  // namespace understudy
