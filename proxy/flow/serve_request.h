// The life of a request as a client sees it. docs/life_of_a_request.md tells the same steps with
// the same numbers.
#pragma once

#include "proxy/flow/services.h"
#include "proxy/wire/downstream.h"

namespace understudy {

class RequestServer : public RequestHandler {
 public:
  explicit RequestServer(Services& services) : services_(services) {}
  Task<> Serve(Downstream& client) override;
  void Refused(Downstream& client) override;

 private:
  Services& services_;
};

}  // namespace understudy
