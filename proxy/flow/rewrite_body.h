// A cluster's edits of a request's body: JSON pointers set to other values, all other bytes as they
// were.
#pragma once

#include <string_view>
#include <vector>

#include "proxy/base/chunk.h"
#include "proxy/model/message.h"
#include "proxy/model/topology.h"

namespace understudy {

// `wire` is the whole body as it lay on the wire. The result has no transfer coding. False, and
// nothing changed, when the body is no JSON or a pointer leads nowhere.
bool RewriteBody(std::string_view wire, Framing framing, const std::vector<BodyEdit>& edits,
                 SliceList& out);

}  // namespace understudy
