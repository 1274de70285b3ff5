// Messages that several tests render.
#pragma once

#include "understudy/v1/report.pb.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

// digits: v2 (2) against v1 (1), RAMPING in the second of three stages at 10 %.
inline v1::Rollout SampleRollout() {
  v1::Rollout rollout;
  rollout.set_id("r-0123456789ab");
  rollout.set_route("digits");
  rollout.set_incumbent("v1");
  rollout.set_incumbent_version("1");
  rollout.set_candidate("v2");
  rollout.set_candidate_version("2");
  rollout.set_phase(v1::Rollout::RAMPING);
  rollout.set_stage(1);
  rollout.set_weight_percent(10);
  rollout.set_generation(7);
  rollout.mutable_stage_since()->set_seconds(1000);
  rollout.mutable_plan()->set_name("default");
  rollout.mutable_plan()->mutable_bake_duration()->set_seconds(600);
  for (const double weight : {0.0, 10.0, 50.0}) {
    v1::PlanStage* stage = rollout.mutable_plan()->add_stages();
    stage->set_weight_percent(weight);
    stage->set_min_samples(500);
    stage->mutable_min_duration()->set_seconds(60);
    stage->set_min_coverage(0.9);
  }
  rollout.mutable_plan()->mutable_stages(2)->set_approval_required(true);
  return rollout;
}

inline v1::Verdict SampleVerdict() {
  v1::Verdict verdict;
  verdict.set_kind(v1::Verdict::INCONCLUSIVE);
  verdict.set_reason(v1::Verdict::INSUFFICIENT_SAMPLES);
  verdict.set_sentence("about 300 more pairs");
  verdict.set_samples(200);
  verdict.set_coverage(0.98);
  verdict.mutable_eta()->set_seconds(200);
  v1::CheckStatus* flips = verdict.add_checks();
  flips->set_check("flips");
  flips->set_kind(v1::Verdict::PASS);
  flips->set_required(true);
  flips->set_samples(200);
  flips->set_estimate(0.004);
  flips->set_interval_low(0.001);
  flips->set_interval_high(0.012);
  flips->set_limit(0.02);
  v1::CheckStatus* errors = verdict.add_checks();
  errors->set_check("errors");
  errors->set_segment("language=de");
  errors->set_kind(v1::Verdict::INCONCLUSIVE);
  errors->set_reason(v1::Verdict::INSUFFICIENT_SAMPLES);
  errors->set_sentence("needs <300> more");
  errors->set_required(true);
  return verdict;
}

inline v1::WatchRolloutResponse SamplePicture() {
  v1::WatchRolloutResponse picture;
  picture.mutable_at()->set_seconds(1100);
  picture.set_changed(true);
  v1::CandidateStatus& status = *picture.mutable_status();
  status.set_route("digits");
  status.set_candidate("v2");
  status.set_candidate_version("2");
  status.set_incumbent("v1");
  status.set_incumbent_version("1");
  *status.mutable_rollout() = SampleRollout();
  *status.mutable_verdict() = SampleVerdict();
  status.set_pairs(200);
  status.set_pairs_per_second(25);
  for (const double mean : {0.0, 0.01, 0.02}) status.add_divergence_history(mean);
  picture.mutable_route()->set_name("digits");
  v1::ArmStatus* incumbent = picture.mutable_route()->add_arms();
  incumbent->set_role("incumbent");
  incumbent->set_cluster("v1");
  incumbent->set_share_configured(0.9);
  incumbent->set_share_measured(0.896);
  v1::ArmStatus* candidate = picture.mutable_route()->add_arms();
  candidate->set_role("candidate");
  candidate->set_cluster("v2");
  candidate->set_share_configured(0.1);
  candidate->set_share_measured(0.104);
  candidate->set_requests(1234);
  picture.mutable_explanation()->set_next_step("raise to 50 %");
  v1::Blocker* blocker = picture.mutable_explanation()->add_blockers();
  blocker->set_kind("samples");
  blocker->set_sentence("200 of 500 pairs");
  return picture;
}

// The last picture of a rollout that ended in `phase`.
inline v1::WatchRolloutResponse EndPicture(v1::Rollout::Phase phase) {
  v1::WatchRolloutResponse picture = SamplePicture();
  v1::Rollout& rollout = *picture.mutable_status()->mutable_rollout();
  rollout.set_phase(phase);
  rollout.set_terminal(true);
  rollout.set_ended_reason("because");
  return picture;
}

}  // namespace understudy
