// The rollout tree, its screen, and the line that stands for it where there is no terminal.
#include "proxy/cli/render_tree.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "proxy/cli/screen.h"
#include "proxy/cli/watch.h"
#include "test/unit/cli/samples.h"

namespace understudy {
namespace {

using Catch::Contains;

std::string Tree(const v1::WatchRolloutResponse& picture, bool color = false) {
  return RenderTree(
      {picture.status(), picture.route(), picture.explanation(), picture.at().seconds()},
      Paint(color));
}

TEST_CASE("the tree shows route, arms, evidence, stages, checks, outlook and blockers") {
  CHECK(Tree(SamplePicture()) ==
        "digits  v2 (2) against v1 (1)  RAMPING 2/3 at 10%  r-0123456789ab generation 7\n"
        "├─ arms\n"
        "│    ROLE       CLUSTER  CONFIGURED  MEASURED  REQUESTS  ERRORS  P50  P99\n"
        "│    incumbent  v1       90%         89.6%     0         0       -    -\n"
        "│    candidate  v2       10%         10.4%     1234      0       -    -\n"
        "├─ evidence\n"
        "│    200 pairs, 25/s, coverage 98%\n"
        "│    divergence ▁▅█ now 0.02, at most 0.02\n"
        "├─ stages of plan default\n"
        "│    ✓ 0%      500 pairs, 1m0s\n"
        "│    ▶ 10%     200/500 pairs, 1m40s/1m0s, coverage 98%/90%\n"
        "│    · 50%     500 pairs, 1m0s, needs approval\n"
        "│    · bake    10m0s\n"
        "├─ checks\n"
        "│    CHECK               VERDICT                            ESTIMATE"
        "                                 WHY\n"
        "│    flips               PASS                               "
        "0.004 [0.001, 0.012], limit 0.02, n 200\n"
        "│    errors language=de  INCONCLUSIVE INSUFFICIENT_SAMPLES  "
        "0 [0, 0], limit 0, n 0                   needs <300> more\n"
        "├─ verdict INCONCLUSIVE INSUFFICIENT_SAMPLES\n"
        "│    about 300 more pairs\n"
        "│    verdict in about 3m20s\n"
        "│    next: raise to 50 %\n"
        "└─ blocked by\n"
        "     samples: 200 of 500 pairs\n");
}

TEST_CASE("colour changes no letter of the tree") {
  const std::string painted = Tree(SamplePicture(), /*color=*/true);
  CHECK(painted != Tree(SamplePicture()));
  std::string plain;
  for (std::size_t i = 0; i < painted.size(); ++i) {
    if (painted[i] == '\x1b') {
      i = painted.find('m', i);
    } else {
      plain += painted[i];
    }
  }
  CHECK(plain == Tree(SamplePicture()));
}

TEST_CASE("while baking every stage is done and the bake is present") {
  v1::WatchRolloutResponse picture = SamplePicture();
  picture.mutable_status()->mutable_rollout()->set_phase(v1::Rollout::BAKING);
  const std::string tree = Tree(picture);
  CHECK_THAT(tree, Contains("✓ 50%"));
  CHECK_THAT(tree, Contains("▶ bake"));
}

TEST_CASE("holds, kill and freeze stand in the first line") {
  v1::WatchRolloutResponse picture = SamplePicture();
  picture.mutable_status()->mutable_rollout()->add_holds(v1::Rollout::OPERATOR);
  picture.mutable_status()->mutable_rollout()->add_holds(v1::Rollout::FROZEN);
  picture.mutable_route()->set_killed(true);
  picture.mutable_route()->set_frozen(true);
  const std::string tree = Tree(picture);
  const std::string title = tree.substr(0, tree.find('\n'));
  CHECK_THAT(title, Contains("held: OPERATOR, FROZEN"));
  CHECK_THAT(title, Contains("KILLED") && Contains("FROZEN"));
}

TEST_CASE("a candidate without a rollout shows its evidence and no stages") {
  v1::WatchRolloutResponse picture = SamplePicture();
  picture.mutable_status()->clear_rollout();
  const std::string tree = Tree(picture);
  CHECK_THAT(tree, Contains("v2 (2) against v1 (1)  observed without a rollout"));
  CHECK_THAT(tree, Contains("200 pairs") && !Contains("stages of plan"));
}

TEST_CASE("an ended rollout shows how it ended and the checks it ended on") {
  const v1::CandidateStatus status = EndPicture(v1::Rollout::ROLLED_BACK).status();
  const std::string tree =
      RenderTree({status, v1::RouteStatus(), v1::Explanation(), 0}, Paint(false));
  CHECK_THAT(tree, Contains("digits  v2 (2) against v1 (1)  ROLLED_BACK") && Contains("because"));
  CHECK_THAT(tree, Contains("flips") && Contains("200 pairs"));
}

TEST_CASE("the approval of a next stage is shown, and that of one that has begun is not") {
  v1::WatchRolloutResponse picture = SamplePicture();
  picture.mutable_status()
      ->mutable_rollout()
      ->mutable_plan()
      ->mutable_stages(1)
      ->set_approval_required(true);
  CHECK_THAT(Tree(picture), Contains("50%     500 pairs, 1m0s, needs approval"));
  CHECK_THAT(Tree(picture), Contains("coverage 98%/90%\n"));
  picture.mutable_status()->mutable_rollout()->set_stage_approved(true);
  CHECK_THAT(Tree(picture), Contains("50%     500 pairs, 1m0s, approved"));
}

TEST_CASE("time spent held is not time of the stage") {
  v1::Rollout rollout = SampleRollout();  // entered at 1000
  CHECK(StageSeconds(rollout, 1100) == 100);
  rollout.mutable_stage_held()->set_seconds(30);
  CHECK(StageSeconds(rollout, 1100) == 70);
  rollout.mutable_held_since()->set_seconds(1080);
  CHECK(StageSeconds(rollout, 1100) == 50);
  CHECK(StageSeconds(rollout, 900) == 0);
  rollout.mutable_held_since()->set_seconds(900);  // held since before the stage began
  rollout.clear_stage_held();
  CHECK(StageSeconds(rollout, 1100) == 0);
}

TEST_CASE("words from outside cannot drive the terminal") {
  v1::WatchRolloutResponse picture = SamplePicture();
  picture.mutable_explanation()->mutable_blockers(0)->set_sentence("\x1b[2Jgone\nnext");
  CHECK_THAT(Tree(picture), Contains("?[2Jgone next"));
}

TEST_CASE("one line stands for a picture where there is no terminal") {
  CHECK(WatchLine(SamplePicture(), Paint(false)) ==
        "1970-01-01 00:18:20Z  r-0123456789ab  RAMPING 2/3 at 10% (measured 10.4%)  INCONCLUSIVE "
        "INSUFFICIENT_SAMPLES  200 pairs  verdict in about 3m20s  about 300 more pairs");
  CHECK_THAT(WatchLine(EndPicture(v1::Rollout::ROLLED_BACK), Paint(false)), Contains("because"));
}

TEST_CASE("a picture is cut to the terminal so that it never scrolls") {
  CHECK(FitToScreen("abcdef\nx\n", 4, 10) == "abc…\nx\n");
  CHECK(FitToScreen("a\nb\nc\nd\n", 40, 4) == "a\nb\n… 2 more lines\n");
  CHECK(FitToScreen("", 40, 4).empty());
}

TEST_CASE("a second picture is drawn over the first and the cursor comes back") {
  std::ostringstream out, err;
  const Console console{out, err, true};
  {
    Screen screen(console);
    screen.Draw("a\nb\n");
    screen.Draw("c\n");
  }
  CHECK(out.str() ==
        "\x1b[?25l"
        "a\x1b[K\nb\x1b[K\n\x1b[J"
        "\x1b[2A"
        "c\x1b[K\n\x1b[J"
        "\x1b[?25h");
}

}  // namespace
}  // namespace understudy
