// Values of the model as messages of the admin API.
//
// Threads: pure functions. Times and durations that stand for "none" are left unset.
#pragma once

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "proxy/control/admin_ports.h"
#include "proxy/control/explain.h"
#include "proxy/control/gate.h"
#include "proxy/model/control_view.h"
#include "understudy/v1/report.pb.h"
#include "understudy/v1/rollout.pb.h"
#include "understudy/v1/traffic.pb.h"
#include "understudy/v1/types.pb.h"

namespace understudy {

google::protobuf::Timestamp ToProto(WallTime time);
google::protobuf::Duration ToProto(Duration duration);

v1::RolloutPlan ToProto(const Plan& plan);
v1::Rollout ToProto(const RolloutState& rollout);
v1::Rollout::Phase ToProto(Phase phase);
v1::QuarantineStatus ToProto(const Quarantine& quarantine);
v1::TimelineEntry ToProto(const JournalLine& line);

v1::Verdict ToProto(const Verdict& verdict);
v1::Verdict::Kind ToProto(VerdictKind kind);
v1::CoverageCounts ToProto(const Coverage& coverage);
v1::CandidateStatus ToProto(const CandidateView& candidate);
// `view` names the route's candidates.
v1::RouteStatus ToProto(const RouteView& route, const ControlView& view);

v1::Explanation ToProto(const Explanation& explanation);
// The parts the decision knows; the service adds verdict and versions of the present window.
v1::GateResponse ToProto(const GateAnswer& answer);

// A record in full, or, with `with_bodies` false, as a list shows it: without bodies and with the
// first differences only.
v1::Divergence ToProto(const DivergenceRecord& record, bool with_bodies);
v1::ExplainRequestResponse ToProto(const RequestForecast& forecast);

}  // namespace understudy
