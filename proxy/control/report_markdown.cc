// The report as Markdown.
#include <fmt/format.h>

#include <iterator>

#include "proxy/control/report_render.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

class Page {
 public:
  template <typename... Args>
  void Line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void Blank() { text_ += '\n'; }
  std::size_t Size() const { return text_.size(); }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string Bold(std::string_view text) { return fmt::format("**{}**", text); }

void Opening(Page& page, const ReportCandidate& candidate) {
  const CandidateView& status = candidate.status;
  const VerdictKind headline = Headline(status);
  page.Line("## Candidate {}: {}", MarkdownCell(status.candidate), ToString(headline));
  page.Blank();
  page.Line("{} — {}", Bold(ToString(headline)),
            MarkdownCell(headline == status.verdict.kind ? status.verdict.sentence
                                                         : status.rollout->ended_reason));
  page.Blank();
  const Plan& plan = status.rollout.has_value() ? status.rollout->plan : status.plan;
  page.Line("- Candidate {} version {} against incumbent {} version {}",
            MarkdownCell(status.candidate), MarkdownCell(status.candidate_version),
            MarkdownCell(status.incumbent), MarkdownCell(status.incumbent_version));
  if (status.rollout.has_value()) {
    const RolloutState& rollout = *status.rollout;
    std::string holds;
    for (const Hold hold : rollout.holds.All()) {
      holds += fmt::format("{}{}", holds.empty() ? ", held: " : " ", ToString(hold));
    }
    page.Line("- Rollout {}: {}, weight {}{}", MarkdownCell(rollout.id), ToString(rollout.phase),
              WeightText(rollout.weight_ppm), MarkdownCell(holds));
    if (!rollout.ended_reason.empty()) {
      page.Line("- Ended because: {}", MarkdownCell(rollout.ended_reason));
    }
  } else {
    page.Line("- No rollout: the candidate is observed");
  }
  page.Line("- Plan {} (hash {}), window since {}, {} pairs, {} per second",
            MarkdownCell(plan.name), MarkdownCell(plan.hash), TimeText(status.window_since),
            status.pairs, NumberText(status.pairs_per_second));
  for (const Stage& stage : plan.stages) {
    const std::optional<double> risk =
        stage.exposure_risk ? stage.exposure_risk : plan.exposure_risk;
    if (!risk || stage.weight_ppm == 0) continue;
    page.Line(
        "- A candidate beyond a margin ever gets the traffic of the stage of {} with probability "
        "at most {}",
        WeightText(stage.weight_ppm), NumberText(*risk));
  }
  if (status.warming_up + status.retries > 0) {
    page.Line("- Not counted: {} pairs of the warm-up, {} retries", status.warming_up,
              status.retries);
  }
  page.Line("- May it be promoted? {}: {}", ToString(candidate.gate.kind),
            MarkdownCell(candidate.gate.sentence));
  page.Blank();
}

void Checks(Page& page, const Verdict& verdict) {
  page.Line("### Checks");
  page.Blank();
  if (verdict.checks.empty()) {
    page.Line("No check was evaluated yet.");
    page.Blank();
    return;
  }
  page.Line("| check | segment | verdict | n | estimate | interval | limit | what was seen |");
  page.Line("|---|---|---|---:|---:|---|---:|---|");
  for (const CheckResult& check : verdict.checks) {
    std::string kind(ToString(check.kind));
    if (check.reason != InconclusiveReason::kNone)
      kind += fmt::format(" ({})", ToString(check.reason));
    if (!check.required) kind += ", not required";
    page.Line("| {} | {} | {} | {} | {} | {} … {} | {} | {} |", MarkdownCell(check.check),
              check.segment.empty() ? "all traffic" : MarkdownCell(check.segment),
              MarkdownCell(kind), check.samples, NumberText(check.estimate),
              NumberText(check.interval_low), NumberText(check.interval_high),
              NumberText(check.limit), MarkdownCell(check.sentence));
  }
  page.Blank();
}

template <typename Reason>
void ReasonRows(Page& page, std::string_view outcome, const PerReason<Reason>& window,
                const PerReason<Reason>& total) {
  for (std::size_t i = 0; i < window.size(); ++i) {
    if (window[i] == 0 && total[i] == 0) continue;
    page.Line("| {}: {} | {} | {} |", outcome, MarkdownCell(ToString(static_cast<Reason>(i))),
              window[i], total[i]);
  }
}

void CoverageTable(Page& page, const Coverage& window, const Coverage& total) {
  page.Line("### Coverage");
  page.Blank();
  if (window.Settled() > 0) {
    page.Line("{} of the requests chosen for mirroring were compared.", ShareText(window.Ratio()));
  } else if (window.eligible == 0) {
    page.Line("No request was chosen for mirroring: none has come in this window.");
  } else {
    page.Line("No request was chosen for mirroring and has ended, of {} in this window.",
              window.eligible);
  }
  page.Blank();
  page.Line("| requests | this window | since start |");
  page.Line("|---|---:|---:|");
  page.Line("| eligible | {} | {} |", window.eligible, total.eligible);
  page.Line("| sampled out | {} | {} |", window.sampled_out, total.sampled_out);
  if (total.rate_lowered > 0) {
    page.Line("| sampled out: rate lowered | {} | {} |", window.rate_lowered, total.rate_lowered);
  }
  page.Line("| skipped | {} | {} |", window.Skipped(), total.Skipped());
  ReasonRows<SkipReason>(page, "skipped", window.skipped, total.skipped);
  page.Line("| dropped | {} | {} |", window.Dropped(), total.Dropped());
  ReasonRows<DropReason>(page, "dropped", window.dropped, total.dropped);
  page.Line("| mirrored | {} | {} |", window.mirrored, total.mirrored);
  page.Line("| compared | {} | {} |", window.compared, total.compared);
  page.Line("| uncomparable | {} | {} |", window.Uncomparable(), total.Uncomparable());
  ReasonRows<UncomparableReason>(page, "uncomparable", window.uncomparable, total.uncomparable);
  page.Line("| in flight | {} | {} |", window.InFlight(), total.InFlight());
  page.Blank();
}

// What the segments say together.
void Summaries(Page& page, const CandidateView& status) {
  const std::size_t before = page.Size();
  for (const SegmentSpread& spread : status.spreads) {
    if (spread.worst == spread.best) continue;
    page.Line("- {} by {}: worst {} ({}), best {} ({}), {} apart", MarkdownCell(spread.rule),
              MarkdownCell(spread.comparator), MarkdownCell(spread.worst),
              NumberText(spread.worst_mean), MarkdownCell(spread.best),
              NumberText(spread.best_mean), NumberText(spread.spread));
  }
  std::string uncovered;
  for (const CheckResult& check : status.verdict.checks) {
    if (check.covered || uncovered.find(check.segment) != std::string::npos) continue;
    uncovered += (uncovered.empty() ? "" : ", ") + check.segment;
  }
  if (!uncovered.empty()) {
    page.Line("- Not covered, for want of pairs: {}", MarkdownCell(uncovered));
  }
  for (const SignReversal& reversal : status.reversals) {
    page.Line("- Sign reversal in {}: {} {} to the incumbent's, {} over all traffic",
              MarkdownCell(reversal.segment), MarkdownCell(reversal.metric),
              NumberText(reversal.here), NumberText(reversal.overall));
  }
  for (const ParityDifference& parity : status.parity) {
    page.Line(
        "- Difference in demographic parity by {}: {} between {} and {} ({} … {}), the "
        "incumbent's {}",
        MarkdownCell(parity.rule), NumberText(parity.candidate), MarkdownCell(parity.higher),
        MarkdownCell(parity.lower), NumberText(parity.interval_low),
        NumberText(parity.interval_high), NumberText(parity.incumbent));
  }
  if (page.Size() > before) page.Blank();
}

void Noise(Page& page, const CandidateView& status) {
  if (!status.noise.empty()) {
    page.Line("### The incumbent's own noise");
    page.Blank();
    page.Line("| comparator | asked twice | incumbent from itself | candidate beyond that |");
    page.Line("|---|---:|---:|---:|");
    for (const NoiseView& noise : status.noise) {
      page.Line("| {} | {} | {} | {} |", MarkdownCell(noise.comparator), noise.control_pairs,
                NumberText(noise.incumbent), NumberText(noise.excess));
    }
    page.Blank();
  }
  if (status.values.empty()) return;
  page.Line("### Values, as shares of their caps");
  page.Blank();
  page.Line("| value | pairs | missing | incumbent | candidate |");
  page.Line("|---|---:|---:|---:|---:|");
  for (const ValueView& value : status.values) {
    page.Line("| {} | {} | {} | {} | {} |", MarkdownCell(value.name), value.pairs, value.missing,
              NumberText(value.incumbent), NumberText(value.candidate));
  }
  page.Blank();
}

void Suggestions(Page& page, const CandidateView& status) {
  if (status.suggestions.empty()) return;
  page.Line(
      "The incumbent differs from itself in these places, which no rule ignores. Where that is "
      "noise (a time, an id), write an ignore rule; nothing is ignored by itself.");
  page.Blank();
  page.Line("| place | share of its own pairs | its own pairs |");
  page.Line("|---|---:|---:|");
  for (const IgnoreSuggestion& suggestion : status.suggestions) {
    page.Line("| {} | {} | {} |", MarkdownCell(suggestion.path), NumberText(suggestion.share),
              suggestion.pairs);
  }
  page.Blank();
}

// "2026-12-31", and whether that is past.
std::string ExpiryText(const Suppression& rule, WallTime now) {
  if (rule.expires.empty()) return "";
  return rule.expires + (HasExpired(rule.expires, now) ? " **expired**" : "");
}

void Slices(Page& page, const CandidateView& status, WallTime generated_at) {
  page.Line("### Suppression");
  page.Blank();
  if (status.suppression.empty()) {
    page.Line("No ignore rules.");
  } else {
    page.Line("| ignored path | reason | owner | expires | in pairs | share | values |");
    page.Line("|---|---|---|---|---:|---:|---:|");
    for (const Suppression& rule : status.suppression) {
      page.Line("| {} | {} | {} | {} | {} | {} | {} |", MarkdownCell(rule.path),
                MarkdownCell(rule.reason), MarkdownCell(rule.owner), ExpiryText(rule, generated_at),
                rule.pairs, NumberText(rule.share), rule.hits);
    }
  }
  page.Blank();
  Suggestions(page, status);
  if (status.segments.empty()) return;
  page.Line("### Segments");
  page.Blank();
  page.Line("| segment | comparator | n | mean divergence |");
  page.Line("|---|---|---:|---:|");
  for (const SegmentStanding& segment : status.segments) {
    page.Line("| {} | {} | {} | {} |", MarkdownCell(segment.segment),
              MarkdownCell(segment.comparator), segment.samples, NumberText(segment.mean));
  }
  page.Blank();
  Summaries(page, status);
}

void Examples(Page& page, const ReportCandidate& candidate) {
  const std::vector<ReportExample>& examples = candidate.examples;
  const CandidateView& status = candidate.status;
  page.Line("### Worst examples");
  page.Blank();
  if (examples.empty() && status.diverged == 0) {
    page.Line("None: no pair diverged in this window.");
  } else if (examples.empty()) {
    page.Line(
        "{} diverged in this window, and no record of them is kept any more; `understudyctl "
        "divergence list --route {} --candidate {}` lists the records there are.",
        status.diverged == 1 ? "1 pair" : fmt::format("{} pairs", status.diverged),
        MarkdownCell(status.route), MarkdownCell(status.candidate));
  }
  for (const ReportExample& entry : examples) {
    const DivergenceExample& example = entry.example;
    page.Line("- {} at {}: {} {}{} — {}", MarkdownCell(example.id), TimeText(example.at),
              MarkdownCell(example.comparator), NumberText(example.divergence),
              example.segment.empty() ? "" : ", " + MarkdownCell(example.segment),
              MarkdownCell(example.reason));
    for (const std::string& place : entry.places) page.Line("  - {}", MarkdownCell(place));
  }
  page.Blank();
}

void History(Page& page, const ReportCandidate& candidate) {
  const CandidateView& status = candidate.status;
  page.Line("### Overrides");
  page.Blank();
  if (!status.rollout.has_value() || status.rollout->overrides.empty()) {
    page.Line("None.");
  } else {
    for (const Override& entry : status.rollout->overrides) {
      page.Line("- {} {}: {} — {}", TimeText(entry.at), MarkdownCell(entry.actor),
                MarkdownCell(entry.what), MarkdownCell(entry.reason));
    }
  }
  page.Blank();
  page.Line("### Timeline");
  page.Blank();
  if (candidate.timeline_left_out > 0) {
    page.Line("{} older lines are left out.", candidate.timeline_left_out);
    page.Blank();
  }
  if (status.timeline.empty()) {
    page.Line("Nothing happened yet.");
  } else {
    page.Line("| when | who | what | from | to | why | evidence |");
    page.Line("|---|---|---|---|---|---|---|");
    for (const JournalLine& line : status.timeline) {
      page.Line("| {} | {} | {} | {} | {} | {} | {} |", TimeText(line.at), MarkdownCell(line.actor),
                MarkdownCell(line.action), MarkdownCell(line.from), MarkdownCell(line.to),
                MarkdownCell(line.reason), MarkdownCell(line.evidence));
    }
  }
  page.Blank();
}

void Change(Page& page, const ReportCandidate& candidate) {
  page.Line("### What would change this verdict");
  page.Blank();
  for (const std::string& sentence : candidate.what_would_change) {
    page.Line("- {}", MarkdownCell(sentence));
  }
  page.Blank();
}

void Arms(Page& page, const RouteView& route) {
  if (route.arms.empty()) return;
  page.Line(
      "| arm | cluster | version | requests | errors | share set | share measured | p50 | p99 |");
  page.Line("|---|---|---|---:|---:|---:|---:|---:|---:|");
  for (const ArmTraffic& arm : route.arms) {
    page.Line("| {} | {} | {} | {} | {} | {} | {} | {} s | {} s |", MarkdownCell(arm.role),
              MarkdownCell(arm.cluster), MarkdownCell(arm.version), arm.requests, arm.errors,
              ShareText(arm.share_configured), ShareText(arm.share_measured),
              NumberText(arm.p50_seconds), NumberText(arm.p99_seconds));
  }
  page.Blank();
}

}  // namespace

std::string RenderReportMarkdown(const ReportDocument& document) {
  Page page;
  page.Line("# Route {}: {}", MarkdownCell(document.route.name), ToString(document.Worst()));
  page.Blank();
  page.Line("Schema {}, generated {}. Incumbent {}{}{}.", kReportSchema,
            TimeText(document.generated_at), MarkdownCell(document.route.incumbent),
            document.route.killed
                ? "; the route is killed" + MarkdownCell(ByWhom(document.route.killed_by))
                : "",
            document.route.frozen
                ? "; raises are frozen" + MarkdownCell(ByWhom(document.route.frozen_by))
                : "");
  page.Blank();
  if (!document.route.late_change.empty()) {
    page.Line("{}", Bold(MarkdownCell(document.route.late_change)));
    page.Blank();
  }
  if (!document.store_available) {
    page.Line("The control store cannot be written: nothing is raised.");
    page.Blank();
  }
  Arms(page, document.route);
  if (document.candidates.empty()) page.Line("The route has no candidate.");
  for (const ReportCandidate& candidate : document.candidates) {
    Opening(page, candidate);
    Checks(page, candidate.status.verdict);
    CoverageTable(page, candidate.status.coverage, candidate.status.coverage_total);
    Slices(page, candidate.status, document.generated_at);
    Noise(page, candidate.status);
    Examples(page, candidate);
    Change(page, candidate);
    History(page, candidate);
  }
  return page.Take();
}

}  // namespace understudy
