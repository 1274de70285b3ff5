// Step 7: whether a served request is mirrored, for each candidate, counted exactly once each.
#pragma once

#include <memory>
#include <string_view>

#include "proxy/base/hash.h"
#include "proxy/flow/services.h"
#include "proxy/routing/assign.h"
#include "proxy/wire/request_body.h"

namespace understudy {

struct ServedRequest {
  const std::shared_ptr<const TrafficView>& view;
  const Assignment& plan;
  HexText pair_id;
  WallTime at;
  Downstream& client;
  bool client_left = false;  // before it had its answer
  RequestBody& body;
  std::shared_ptr<Exchange> failed_candidate;  // set when the incumbent answered in its place
  std::shared_ptr<Exchange> served;
};

// What the access log says: mirrored to some candidate, or why not.
struct ShadowOutcome {
  bool mirrored = false;
  std::string_view reason;
};

// Never waits. Starts the shadow on the same worker when one is due.
ShadowOutcome OfferShadow(Services& services, ServedRequest served);

}  // namespace understudy
