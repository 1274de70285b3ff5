// Reading the evidence back, evaluating it, and comparing two JSON trees.
#include "proxy/offline/verify_report.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/escaping.h"
#include "proxy/base/status.h"
#include "proxy/control/report_document.h"
#include "proxy/control/report_render.h"
#include "proxy/control/sqlite_plan_codec.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr std::size_t kMostDifferences = 20;

const Value* Find(const Struct& object, const std::string& key) {
  const auto at = object.fields().find(key);
  return at == object.fields().end() ? nullptr : &at->second;
}

std::string Text(const Struct& object, const std::string& key) {
  const Value* value = Find(object, key);
  return value == nullptr ? "" : value->string_value();
}

double Number(const Struct& object, const std::string& key) {
  const Value* value = Find(object, key);
  return value == nullptr ? 0 : value->number_value();
}

// A whole number that a double holds exactly; 0 for anything else.
std::uint64_t WholeNumber(const Struct& object, const std::string& key) {
  constexpr double kMost = 9007199254740992;  // 2^53
  const double number = Number(object, key);
  return number >= 0 && number <= kMost ? static_cast<std::uint64_t>(number) : 0;
}

std::string Shown(const Value& value) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(value, &text).ok()) return "something else";
  return text.size() > 80 ? text.substr(0, 80) + "..." : text;
}

void Compare(const std::string& path, const Value& told, const Value& found,
             std::vector<std::string>& differences) {
  if (differences.size() >= kMostDifferences) return;
  const auto differ = [&] {
    differences.push_back(
        fmt::format("{}: the report says {}, its sums say {}", path, Shown(told), Shown(found)));
  };
  if (told.kind_case() != found.kind_case()) return differ();
  switch (told.kind_case()) {
    case Value::kNumberValue:
      if (told.number_value() != found.number_value()) differ();
      return;
    case Value::kStringValue:
      if (told.string_value() != found.string_value()) differ();
      return;
    case Value::kBoolValue:
      if (told.bool_value() != found.bool_value()) differ();
      return;
    case Value::kListValue: {
      if (told.list_value().values_size() != found.list_value().values_size()) return differ();
      for (int i = 0; i < told.list_value().values_size(); ++i) {
        Compare(fmt::format("{}/{}", path, i), told.list_value().values(i),
                found.list_value().values(i), differences);
      }
      return;
    }
    case Value::kStructValue: {
      const auto& theirs = told.struct_value().fields();
      const auto& ours = found.struct_value().fields();
      if (theirs.size() != ours.size()) return differ();
      for (const auto& [key, value] : theirs) {
        const auto at = ours.find(key);
        if (at == ours.end()) return differ();
        Compare(path + "/" + key, value, at->second, differences);
      }
      return;
    }
    default:
      return;
  }
}

// What stands in the report's "evidence".
struct Basis {
  Ledger ledger{LedgerShape{}};
  Plan plan;
  StageContext context;
  WallTime evaluated_at{};
};

absl::StatusOr<Basis> ReadBasis(const Struct& evidence) {
  Basis basis;
  std::string bytes;
  if (!absl::Base64Unescape(Text(evidence, "ledger"), &bytes)) {
    return InvalidArgument("its ledger is no base64");
  }
  ASSIGN_OR_RETURN(basis.ledger, Ledger::Decode(bytes));
  v1::StoredPlan plan;
  if (!absl::Base64Unescape(Text(evidence, "plan"), &bytes) || !plan.ParseFromString(bytes)) {
    return InvalidArgument("its plan cannot be read");
  }
  ASSIGN_OR_RETURN(basis.plan, ReadPlan(plan));
  basis.context = ContextOfStage(basis.plan, WholeNumber(evidence, "stage"));
  basis.context.pairs_per_second = Number(evidence, "pairs_per_second");
  basis.context.mirror_rate = Number(evidence, "mirror_rate");
  if (const Value* late = Find(evidence, "late_changes")) {
    for (const Value& one : late->list_value().values()) {
      const Struct& change = one.struct_value();
      basis.context.late.push_back(
          {Text(change, "check"), Number(change, "log_statistic"), WholeNumber(change, "samples")});
    }
  }
  const std::string at = Text(evidence, "evaluated_at_ns");
  std::int64_t nanoseconds = 0;
  std::from_chars(at.data(), at.data() + at.size(), nanoseconds);
  // As far from 1970 as evidence may be: differences of two such times stay within 64 bits.
  constexpr std::int64_t kFarthest = std::int64_t{1} << 62;
  if (nanoseconds > kFarthest || nanoseconds < -kFarthest) nanoseconds = 0;
  basis.evaluated_at = WallTime(Duration(nanoseconds));
  return basis;
}

VerifiedCandidate VerifyOne(const Struct& candidate) {
  VerifiedCandidate verified;
  verified.candidate = Text(candidate, "candidate");
  const Value* told = Find(candidate, "verdict");
  if (told != nullptr) verified.verdict = Text(told->struct_value(), "kind");
  const Value* evidence = Find(candidate, "evidence");
  if (told == nullptr || evidence == nullptr || !evidence->has_struct_value()) return verified;
  verified.has_evidence = true;
  const auto basis = ReadBasis(evidence->struct_value());
  if (!basis.ok()) {
    verified.differences.push_back("/evidence: " + std::string(basis.status().message()));
    return verified;
  }
  const Verdict verdict = Evaluate(basis->ledger, basis->plan, basis->context, basis->evaluated_at);
  Struct found;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(RenderVerdictJson(verdict), &found);
  if (!parsed.ok()) {
    verified.differences.push_back("/verdict: cannot be concluded again");
    return verified;
  }
  Compare("/verdict", *told, found.fields().at("verdict"), verified.differences);
  const Value* plan = Find(candidate, "plan");
  if (plan != nullptr && Text(plan->struct_value(), "hash") != basis->plan.hash) {
    verified.differences.push_back(
        fmt::format("/plan/hash: the report says {}, the plan of its evidence has {}",
                    Text(plan->struct_value(), "hash"), basis->plan.hash));
  }
  return verified;
}

// A rolled-back rollout is FAIL whatever its window says (Headline()); any other is its verdict.
void CheckHeadline(const Struct& candidate, VerifiedCandidate& verified) {
  const std::string headline = Text(candidate, "headline");
  const Value* rollout = Find(candidate, "rollout");
  const bool rolled_back =
      rollout != nullptr && rollout->has_struct_value() &&
      Text(rollout->struct_value(), "phase") == "ROLLED_BACK" &&
      Text(rollout->struct_value(), "candidate_version") == Text(candidate, "candidate_version");
  const std::string wanted = rolled_back ? "FAIL" : verified.verdict;
  if (headline == wanted) return;
  verified.differences.push_back(fmt::format(
      "/headline: the report says {}, its verdict and rollout say {}", headline, wanted));
}

}  // namespace

absl::StatusOr<std::vector<VerifiedCandidate>> VerifyReport(std::string_view json) {
  Struct report;
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &report);
  if (!parsed.ok()) {
    return InvalidArgument(fmt::format("it is no JSON: {}", std::string(parsed.message())));
  }
  if (Text(report, "schema") != kReportSchema) {
    return InvalidArgument(
        fmt::format("it is no report of schema {}; `understudyctl report --format json` makes one",
                    kReportSchema));
  }
  std::vector<VerifiedCandidate> all;
  const Value* candidates = Find(report, "candidates");
  if (candidates == nullptr) return all;
  for (const Value& candidate : candidates->list_value().values()) {
    all.push_back(VerifyOne(candidate.struct_value()));
    CheckHeadline(candidate.struct_value(), all.back());
  }
  return all;
}

}  // namespace understudy
