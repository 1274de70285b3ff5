// Scoring a pair: decode once, mark, compare, contain.
#include "comparators/suite.h"

#include <exception>
#include <optional>
#include <utility>

#include "comparators/difference.h"
#include "comparators/pair_sample.h"
#include "comparators/prepared_answer.h"
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
      needs_document_ = needs_document_ || NeedsDocument(needs) ||
                        needs == ComparatorNeeds::kMeasures ||
                        member.when == SuiteParts::Member::When::kJson ||
                        member.when == SuiteParts::Member::When::kOther;
    }
    needs_document_ = needs_document_ || !parts_.fields.empty() || parts_.measures;
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
  PairScore WithoutCandidate(const RawPair& pair, PairSample& sample) const;
  ComparatorScore ScoreOne(const BuiltComparator& built, const Pair& pair,
                           const PreparedAnswer& baseline, const PreparedAnswer& candidate) const;
  ComparatorScore Ask(const Comparator& comparator, const Pair& pair,
                      const PreparedAnswer& baseline) const;

  SuiteParts parts_;
  std::vector<std::string> names_;
  std::vector<std::string> rules_;
  bool needs_document_ = false;
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
PairScore Suite::WithoutCandidate(const RawPair& pair, PairSample& sample) const {
  PairScore result;
  for (const SuiteParts::Member& member : parts_.members) {
    result.scores.push_back(sample.Has(member.built.share)
                                ? Compared(WhollyDifferent(pair.no_candidate))
                                : DoesNotApply());
  }
  return result;
}

PairScore Suite::Score(const RawPair& pair) const {
  PairSample sample(pair);
  if (!pair.no_candidate.empty()) return WithoutCandidate(pair, sample);
  PairScore result;
  result.ignore_hits.resize(rules_.size());
  const bool same = SameOnTheWire(pair.baseline, pair.candidate);
  result.scores.reserve(parts_.members.size());
  std::optional<PreparedAnswer> baseline, candidate;  // made for whoever looks
  bool decoded = false;
  const auto decode = [&] {
    if (!baseline) {
      baseline.emplace(pair.baseline);
      candidate.emplace(pair.candidate);
    }
    if (std::exchange(decoded, true)) return;
    for (PreparedAnswer* answer : {&*baseline, &*candidate}) {
      answer->Decode(parts_.decode_limits);
      if (parts_.stream) answer->Assemble(*parts_.stream);
      if (needs_document_) answer->Parse(parts_.document_limits);
      answer->Mark(parts_.ignore, parts_.unscored, result.ignore_hits);
    }
  };
  const auto measure = [&] {
    decode();
    if (!result.measures) result.measures.emplace(baseline->Measure(), candidate->Measure());
  };
  std::optional<Sampling> sampling;  // looked at where a comparator depends on it
  const auto applies = [&](SuiteParts::Member::When when) {
    using When = SuiteParts::Member::When;
    if (when == When::kAlways) return true;
    if (when == When::kJson || when == When::kOther) {
      decode();
      return (baseline->view().document != nullptr) == (when == When::kJson);
    }
    if (!sampling) {
      sampling = SamplingOf(pair.request_body ? pair.request_body() : "", parts_.greedy);
    }
    return *sampling == (when == When::kGreedy ? Sampling::kGreedy : Sampling::kSampled);
  };
  for (const SuiteParts::Member& member : parts_.members) {
    if (!sample.Has(member.built.share) || !applies(member.when)) {
      result.scores.push_back(DoesNotApply());
      continue;
    }
    if (same && member.built.same_bytes_are_equal) {
      result.scores.push_back(Compared({}));
      continue;
    }
    if (!baseline) {
      baseline.emplace(pair.baseline);
      candidate.emplace(pair.candidate);
    }
    if (member.built.needs != ComparatorNeeds::kHead) decode();
    Pair view{pair.request_body ? pair.request_body() : std::string_view(), baseline->view(),
              candidate->view()};
    if (member.built.needs == ComparatorNeeds::kMeasures) {
      measure();
      view.baseline.measures = &result.measures->first;
      view.candidate.measures = &result.measures->second;
    }
    ComparatorScore score = ScoreOne(member.built, view, *baseline, *candidate);
    const bool nothing = score.uncomparable == "unsupported" || score.uncomparable == "not_json";
    result.scores.push_back(member.optional && nothing ? DoesNotApply() : std::move(score));
  }
  const bool streamed = decoded && (baseline->stream() || candidate->stream());
  if (parts_.measures || streamed) measure();
  if (!parts_.fields.empty()) decode();
  for (const std::string& pointer : parts_.fields) {
    result.fields.emplace_back(FieldAt(*baseline, pointer), FieldAt(*candidate, pointer));
  }
  if (decoded) result.bodies = {baseline->TakeBody(), candidate->TakeBody()};
  return result;
}

ComparatorScore Suite::ScoreOne(const BuiltComparator& built, const Pair& pair,
                                const PreparedAnswer& baseline,
                                const PreparedAnswer& candidate) const {
  if (built.needs == ComparatorNeeds::kHead) return Ask(*built.comparator, pair, baseline);
  if (const std::optional<ComparatorScore> broken = OfBrokenStreams(baseline, candidate)) {
    return *broken;
  }
  if (built.needs == ComparatorNeeds::kMeasures) return Ask(*built.comparator, pair, baseline);
  for (const PreparedAnswer* answer : {&baseline, &candidate}) {
    const bool text_alone = answer->decode_status().ok() && NeedsDocument(built.needs);
    const absl::Status& status = !text_alone                  ? answer->decode_status()
                                 : answer->tail_status().ok() ? answer->charset_status()
                                                              : answer->tail_status();
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
