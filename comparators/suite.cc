// Scoring a pair: decode once, mark, compare, contain.
#include "comparators/suite.h"

#include <exception>
#include <optional>
#include <utility>

#include "comparators/difference.h"
#include "comparators/grpc/methods.h"
#include "comparators/pair_sample.h"
#include "comparators/prepared_pair.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

ComparatorScore Uncomparable(std::string_view reason, std::string_view detail) {
  ComparatorScore score;
  score.uncomparable = std::string(reason);
  score.detail = ShownText(detail);
  return score;
}

ComparatorScore Compared(Comparison comparison) {
  ComparatorScore score;
  score.compared = true;
  score.comparison = std::move(comparison);
  return score;
}

std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// The reason for a comparator that could not tell.
std::string_view ReasonFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return "not_json";
    case absl::StatusCode::kDataLoss:
      return "decode_error";
    case absl::StatusCode::kResourceExhausted:
      return "too_large";
    case absl::StatusCode::kUnimplemented:
      return "unsupported";
    case absl::StatusCode::kFailedPrecondition:
      return "descriptor";
    case absl::StatusCode::kUnavailable:
      return "compare_queue_full";
    case absl::StatusCode::kCancelled:
      return "shutting_down";
    default:
      return "comparator_error";
  }
}

// Holds what any comparator says to the bounds of comparator.h.
void Bound(Comparison& comparison) {
  const auto cut = [](std::string& text) {
    if (text.size() > kMaxShownText) text = ShownText(text);
  };
  cut(comparison.reason);
  if (comparison.differences.size() > kMaxDifferences) {
    comparison.differences.resize(kMaxDifferences);
  }
  for (Difference& difference : comparison.differences) {
    cut(difference.path);
    cut(difference.baseline);
    cut(difference.candidate);
  }
}

ComparatorScore DoesNotApply() {
  ComparatorScore score;
  score.applies = false;
  return score;
}

// The score of every comparator where a stream cannot be read to its end; nothing where both can.
std::optional<ComparatorScore> OfBrokenStreams(const PreparedAnswer& baseline,
                                               const PreparedAnswer& candidate) {
  for (const PreparedAnswer* answer : {&baseline, &candidate}) {
    const absl::Status& status = answer->stream_status();
    if (status.ok()) continue;
    if (status.code() == absl::StatusCode::kResourceExhausted) {
      return Uncomparable("too_large", MessageOf(status));
    }
    if (answer == &candidate) {
      return Compared(
          WhollyDifferent(fmt::format("the candidate's answer: {}", MessageOf(status))));
    }
    const bool broke = status.code() == absl::StatusCode::kAborted;
    return Uncomparable(broke ? "incumbent_failed" : "decode_error", MessageOf(status));
  }
  return std::nullopt;
}

class Suite final : public PairScorer {
 public:
  explicit Suite(SuiteParts parts) : parts_(std::move(parts)) {
    for (const SuiteParts::Member& member : parts_.members) {
      names_.push_back(member.name);
      if (IsPartial(member)) traits_.partial.push_back(member.name);
      traits_.waits = traits_.waits || member.built.waits;
      const ComparatorNeeds needs = member.built.needs;
      if (needs == ComparatorNeeds::kDocument || member.built.reads_paths) {
        raw_tensors_ = RawTensors::kWritten;
      }
      needs_document_ = needs_document_ || NeedsDocument(needs) ||
                        needs == ComparatorNeeds::kMeasures ||
                        member.when == SuiteParts::Member::When::kJson ||
                        member.when == SuiteParts::Member::When::kOther;
    }
    needs_document_ = needs_document_ || !parts_.fields.empty() || parts_.measures;
    if (!parts_.fields.empty()) raw_tensors_ = RawTensors::kWritten;
    traits_.same_bytes_are_equal =
        parts_.fields.empty() && !parts_.measures && traits_.partial.empty() &&
        std::all_of(parts_.members.begin(), parts_.members.end(),
                    [](const auto& member) { return member.built.same_bytes_are_equal; });
    for (const PathPattern& rule : parts_.ignore) rules_.push_back(rule.text());
  }

  PairScore Score(const RawPair& pair) const override;
  const ScorerTraits& Traits() const override { return traits_; }
  const std::vector<std::string>& ComparatorNames() const override { return names_; }
  const std::vector<std::string>& IgnoreRules() const override { return rules_; }
  std::uint64_t Fingerprint() const override { return parts_.fingerprint; }

 private:
  static bool IsPartial(const SuiteParts::Member& member) {
    return member.optional || member.when != SuiteParts::Member::When::kAlways ||
           member.built.share < 1;
  }
  static bool Applies(SuiteParts::Member::When when, PreparedPair& pair,
                      std::span<std::uint32_t> ignore_hits);
  static ComparatorScore ScoreSame(const BuiltComparator& built, PreparedPair& pair);
  PairScore WithoutCandidate(const RawPair& pair, PairSample& sample, PreparedPair& prepared) const;
  ComparatorScore ScoreOne(const BuiltComparator& built, const Pair& pair,
                           const PreparedAnswer& baseline, const PreparedAnswer& candidate) const;
  ComparatorScore Ask(const Comparator& comparator, const Pair& pair,
                      const PreparedAnswer& baseline) const;

  SuiteParts parts_;
  std::vector<std::string> names_;
  std::vector<std::string> rules_;
  bool needs_document_ = false;
  RawTensors raw_tensors_ = RawTensors::kBeside;
  ScorerTraits traits_;
};

AnswerField FieldAt(const PreparedAnswer& answer, const std::string& pointer) {
  const Document* document = answer.view().document;
  const auto value = document == nullptr ? std::nullopt : document->At(pointer);
  if (!value) return {};
  if (value->is_number()) return {value->AsDouble(), std::nullopt};
  if (value->is_string()) return {std::nullopt, ShownText(value->AsString())};
  if (value->is_bool()) return {std::nullopt, value->kind() == JsonKind::kTrue ? "true" : "false"};
  if (value->kind() == JsonKind::kNull) return {std::nullopt, "null"};
  return {};
}

// A candidate that gives no answer could not differ more.
PairScore Suite::WithoutCandidate(const RawPair& pair, PairSample& sample,
                                  PreparedPair& prepared) const {
  PairScore result;
  for (const SuiteParts::Member& member : parts_.members) {
    result.scores.push_back(sample.Has(member.built.share)
                                ? Compared(WhollyDifferent(pair.no_candidate))
                                : DoesNotApply());
  }
  if (prepared.is_grpc()) {
    prepared.TakeTexts(pair.wants_texts && pair.wants_texts(true), result);
  }
  return result;
}

bool Suite::Applies(SuiteParts::Member::When when, PreparedPair& pair,
                    std::span<std::uint32_t> ignore_hits) {
  switch (when) {
    case SuiteParts::Member::When::kAlways:
      return true;
    case SuiteParts::Member::When::kGreedy:
      return pair.RequestSampling() == Sampling::kGreedy;
    case SuiteParts::Member::When::kSampled:
      return pair.RequestSampling() == Sampling::kSampled;
    case SuiteParts::Member::When::kJson:
    case SuiteParts::Member::When::kOther:
      break;
  }
  pair.Decode(ignore_hits);
  const bool json = pair.baseline().view().document != nullptr;
  return json == (when == SuiteParts::Member::When::kJson);
}

// Of answers of the same bytes, by a comparator that need not look at them.
ComparatorScore Suite::ScoreSame(const BuiltComparator& built, PreparedPair& pair) {
  if (pair.is_grpc() && NeedsDocument(built.needs) && !pair.baseline().call_failed()) {
    if (const absl::Status& status = pair.BaselineDescriptor(); !status.ok()) {
      return Uncomparable(ReasonFor(status), MessageOf(status));
    }
  }
  return Compared({});
}

PairScore Suite::Score(const RawPair& pair) const {
  PairSample sample(pair);
  const Preparation how{parts_.ignore,
                        parts_.unscored,
                        parts_.stream,
                        parts_.greedy,
                        parts_.decode_limits,
                        parts_.document_limits,
                        parts_.methods == nullptr ? BundledMethods() : *parts_.methods,
                        needs_document_,
                        raw_tensors_};
  PreparedPair prepared(pair, how);
  if (!pair.no_candidate.empty()) return WithoutCandidate(pair, sample, prepared);
  PairScore result;
  result.ignore_hits.resize(rules_.size());
  result.scores.reserve(parts_.members.size());
  const auto measure = [&] {
    prepared.Decode(result.ignore_hits);
    if (result.measures) return;
    result.measures.emplace(prepared.baseline().Measure(), prepared.candidate().Measure());
  };
  const bool same = SameOnTheWire(pair.baseline, pair.candidate);
  bool diverged = false;
  for (const SuiteParts::Member& member : parts_.members) {
    const BuiltComparator& built = member.built;
    if (!sample.Has(built.share) || !Applies(member.when, prepared, result.ignore_hits)) {
      result.scores.push_back(DoesNotApply());
      continue;
    }
    if (same && built.same_bytes_are_equal) {
      result.scores.push_back(ScoreSame(built, prepared));
      continue;
    }
    if (built.needs != ComparatorNeeds::kHead) prepared.Decode(result.ignore_hits);
    Pair view{built.reads_request ? prepared.Request() : std::string_view(),
              prepared.baseline().view(), prepared.candidate().view()};
    if (built.needs == ComparatorNeeds::kMeasures) {
      measure();
      view.baseline.measures = &result.measures->first;
      view.candidate.measures = &result.measures->second;
    }
    ComparatorScore score = ScoreOne(built, view, prepared.baseline(), prepared.candidate());
    const bool nothing = score.uncomparable == "unsupported" || score.uncomparable == "not_json";
    if (member.optional && nothing) score = DoesNotApply();
    diverged = diverged || (score.compared && score.comparison.divergence > 0);
    result.scores.push_back(std::move(score));
  }
  const bool streamed = prepared.baseline().is_stream() || prepared.candidate().is_stream();
  if (parts_.measures || (prepared.decoded() && streamed)) measure();
  if (!parts_.fields.empty()) prepared.Decode(result.ignore_hits);
  for (const std::string& pointer : parts_.fields) {
    result.fields.emplace_back(FieldAt(prepared.baseline(), pointer),
                               FieldAt(prepared.candidate(), pointer));
  }
  prepared.TakeTexts(prepared.is_grpc() && pair.wants_texts && pair.wants_texts(diverged), result);
  return result;
}

ComparatorScore Suite::ScoreOne(const BuiltComparator& built, const Pair& pair,
                                const PreparedAnswer& baseline,
                                const PreparedAnswer& candidate) const {
  if (built.needs == ComparatorNeeds::kHead) return Ask(*built.comparator, pair, baseline);
  // What is said of a failed call needs no messages, and a failed one has none.
  if (baseline.call_failed() || candidate.call_failed()) {
    if (!NeedsDocument(built.needs)) return Ask(*built.comparator, pair, baseline);
    return Compared(CompareErrors(pair).value_or(Comparison()));
  }
  if (const std::optional<ComparatorScore> broken = OfBrokenStreams(baseline, candidate)) {
    return *broken;
  }
  if (built.needs == ComparatorNeeds::kMeasures) return Ask(*built.comparator, pair, baseline);
  for (const PreparedAnswer* answer : {&baseline, &candidate}) {
    const bool text_alone = answer->decode_status().ok() && NeedsDocument(built.needs);
    const absl::Status& status = !text_alone                  ? answer->decode_status()
                                 : answer->tail_status().ok() ? answer->charset_status()
                                                              : answer->tail_status();
    const absl::Status& known = answer->descriptor_status();
    if (status.ok() && text_alone && !known.ok()) {
      return Uncomparable(
          ReasonFor(known),
          fmt::format("the {}'s answer: {}", answer == &baseline ? "incumbent" : "candidate",
                      MessageOf(known)));
    }
    if (status.ok()) continue;
    const std::string_view message = MessageOf(status);
    if (status.code() != absl::StatusCode::kInvalidArgument) {
      return Uncomparable(ReasonFor(status), message);
    }
    if (answer == &baseline) return Uncomparable("decode_error", message);
    return Compared(WhollyDifferent(fmt::format("the candidate's body: {}", message)));
  }
  if (built.needs == ComparatorNeeds::kDocument && (baseline.has_tail() || candidate.has_tail())) {
    return Uncomparable("unsupported", "this comparator does not read binary tensors");
  }
  if (NeedsDocument(built.needs)) {
    for (const PreparedAnswer* answer : {&baseline, &candidate}) {
      if (answer->parse_status().code() == absl::StatusCode::kResourceExhausted) {
        return Uncomparable("too_large", MessageOf(answer->parse_status()));
      }
    }
  }
  return Ask(*built.comparator, pair, baseline);
}

// A comparator may do its worst: it costs its own score alone.
ComparatorScore Suite::Ask(const Comparator& comparator, const Pair& pair,
                           const PreparedAnswer& baseline) const {
  try {
    absl::StatusOr<Comparison> comparison = comparator.Compare(pair);
    if (!comparison.ok()) {
      const std::string_view reason = ReasonFor(comparison.status());
      const bool no_json = reason == "not_json" && !baseline.parse_status().ok();
      return Uncomparable(reason, no_json ? fmt::format("{}: {}", MessageOf(comparison.status()),
                                                        MessageOf(baseline.parse_status()))
                                          : std::string(MessageOf(comparison.status())));
    }
    // The negation also catches NaN.
    if (!(comparison->divergence >= 0 && comparison->divergence <= 1)) {
      return Uncomparable("comparator_error",
                          fmt::format("the divergence {} is outside 0..1", comparison->divergence));
    }
    Bound(*comparison);
    return Compared(*std::move(comparison));
  } catch (const std::exception& error) {
    return Uncomparable("comparator_error", error.what());
  } catch (...) {
    return Uncomparable("comparator_error", "the comparator threw what is no exception");
  }
}

}  // namespace

std::unique_ptr<PairScorer> MakeSuite(SuiteParts parts) {
  return std::make_unique<Suite>(std::move(parts));
}

}  // namespace understudy
