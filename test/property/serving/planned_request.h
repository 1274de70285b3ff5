// Requests as a client sends them, and what must become of each: who may see it, and as what.
//
// Threads: pure but for the chance it is given.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "test/property/serving/chance.h"

namespace understudy {

enum class Fate {
  kServed,
  kNoRoute,  // 404; no model sees it
  kBadHead,  // refused; no model sees it
  kBadBody,  // refused; no model sees it whole
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct PlannedRequest {
  std::string id;
  std::string wire;  // with empty lines in front, at times
  Fate fate = Fate::kServed;
  char route = 'a';
  std::string method;
  bool old = false;     // HTTP/1.0
  bool closes = false;  // nothing behind it on this connection is a request

  // As the model must see it.
  std::string start_line;
  std::string host;
  std::string forwarded_for;
  NamedValues fields;  // end to end, in order
  std::string payload;
  std::string trailers;
  bool chunked = false;
  bool says_length = false;

  // Whether the proxy may send it again when its connection turns out stale.
  bool Repeatable() const;
};

// A request for one of the routes 'a' (kept connections; large bodies, too), 'b' (mirrored; kept
// connections may turn out stale) and 'd' (mutating; stale, too), or for none.
PlannedRequest ProperRequest(std::string id, Chance& chance);
// Bytes that must be refused; whatever comes behind them must not be read.
PlannedRequest MalformedRequest(std::string id, Chance& chance);

}  // namespace understudy
