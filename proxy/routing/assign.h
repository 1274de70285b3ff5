// Who serves a request, who could stand in, who gets a copy: pure and repeatable, so that it can be
// explained afterwards.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "proxy/model/message.h"
#include "proxy/model/traffic_view.h"

namespace understudy {

// What a request's sticky unit was taken from.
struct Unit {
  std::string_view value;
  int source = -1;            // index into Route::sticky; -1: the request itself
  bool fell_through = false;  // a configured key was absent
};

struct RequestFacts {
  const RequestHead& head;
  std::string_view client_address;
  std::string_view body;        // as far as it is known when the arm is chosen
  std::string_view request_id;  // unique
  SteadyTime now{};             // for mirror rates that change with time
};

Unit FindUnit(const Route& route, const RequestFacts& request);

// 0..999999
std::uint32_t BucketOf(const Route& route, std::string_view unit);

struct MirrorDraw {
  double draw = 0;  // in [0,1): mirrored when below the rate
  double rate = 0;  // in force
  double configured = 0;
  bool Mirrored() const { return draw < rate; }
  // Left out only because the rate in force is below the configured one.
  bool RateLowered() const { return draw >= rate && draw < configured; }
};
MirrorDraw DrawMirror(const Route& route, const CandidateTraffic& candidate, std::string_view unit,
                      SteadyTime now);

// Whether the incumbent is asked a second time for a mirrored request of this unit.
bool DrawControl(const RouteTraffic& route, std::string_view unit);

struct Assignment {
  const RouteTraffic* route = nullptr;
  int serving_candidate = -1;  // index into candidates; -1: the incumbent serves
  bool may_fall_back = false;  // the incumbent answers when the candidate fails early
  std::uint32_t bucket = 0;
  std::uint64_t unit_hash = 0;  // stands for the unit in samples of logs
  bool sticky_fell_through = false;
  bool control = false;  // a control is due where the request is mirrored
  // Per candidate with a mirror rate: was the request drawn, and is mirroring on at all?
  struct Draw {
    std::uint16_t candidate = 0;
    bool mirrored = false;
    bool switched_off = false;
    bool by_path = false;  // the preset mirrors no such request
    bool rate_lowered = false;
    bool infrastructure = false;  // about a server, not a model: never for candidates
  };
  absl::InlinedVector<Draw, 2> draws;
  bool AnyMirrored() const;
};

Assignment Assign(const RouteTraffic& route, const RequestFacts& request);

}  // namespace understudy
