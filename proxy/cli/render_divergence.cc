// Divergent pairs as a table and as a diff.
#include "proxy/cli/render_divergence.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"

namespace understudy {
namespace {

// The reason of the comparator that saw the pair furthest apart.
std::string WorstReason(const v1::Divergence& divergence) {
  const auto worst =
      std::max_element(divergence.scores().begin(), divergence.scores().end(),
                       [](const v1::ComparatorScore& a, const v1::ComparatorScore& b) {
                         return a.divergence() < b.divergence();
                       });
  if (worst == divergence.scores().end()) return "";
  return OneLine(worst->comparator()) + ": " + OneLine(worst->reason());
}

double Seconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) + duration.nanos() * 1e-9;
}

std::string StatusText(const v1::ArmAnswer& answer) {
  if (answer.status() == 0) {
    return "no answer: " + OneLine(answer.failure().empty() ? "unknown" : answer.failure());
  }
  if (answer.failure().empty()) return std::to_string(answer.status());
  return fmt::format("{}, {}", answer.status(), OneLine(answer.failure()));
}

// What was measured of a stream; "-" where it is not known.
void AddStreamRows(const v1::ArmAnswer& incumbent, const v1::ArmAnswer& candidate,
                   std::vector<std::vector<std::string>>& rows) {
  if (!incumbent.has_stream() && !candidate.has_stream()) return;
  const auto row = [&](std::string name, auto text) {
    const auto of = [&](const v1::ArmAnswer& answer) {
      return answer.has_stream() ? text(answer.stream()) : std::string("-");
    };
    rows.push_back({std::move(name), of(incumbent), of(candidate)});
  };
  const auto time = [](bool known, const google::protobuf::Duration& duration) {
    return known ? FormatLatency(Seconds(duration)) : std::string("-");
  };
  row("events", [](const v1::StreamedAnswer& s) { return std::to_string(s.events()); });
  row("first token",
      [&](const v1::StreamedAnswer& s) { return time(s.has_first_token(), s.first_token()); });
  row("per output token", [&](const v1::StreamedAnswer& s) {
    return time(s.has_per_output_token(), s.per_output_token());
  });
  row("longest gap",
      [&](const v1::StreamedAnswer& s) { return time(s.has_longest_gap(), s.longest_gap()); });
  row("output tokens", [](const v1::StreamedAnswer& s) {
    return s.has_output_tokens() ? std::to_string(s.output_tokens()) : std::string("-");
  });
  row("finish reason", [](const v1::StreamedAnswer& s) {
    return s.finish_reason().empty() ? std::string("-") : OneLine(s.finish_reason());
  });
}

std::string Answers(const v1::ArmAnswer& incumbent, const v1::ArmAnswer& candidate) {
  const auto size = [](const v1::ArmAnswer& answer) {
    return fmt::format("{} bytes {}", answer.body_bytes(), OneLine(answer.body_digest()));
  };
  std::vector<std::vector<std::string>> rows = {
      {"status", StatusText(incumbent), StatusText(candidate)},
      {"first byte", FormatLatency(Seconds(incumbent.first_byte())),
       FormatLatency(Seconds(candidate.first_byte()))},
      {"total", FormatLatency(Seconds(incumbent.total())),
       FormatLatency(Seconds(candidate.total()))}};
  AddStreamRows(incumbent, candidate, rows);
  rows.push_back({"body", size(incumbent), size(candidate)});
  return Table({"", "INCUMBENT " + ArmText(incumbent.cluster(), incumbent.version()),
                "CANDIDATE " + ArmText(candidate.cluster(), candidate.version())},
               rows);
}

std::string Score(const v1::ComparatorScore& score, const Paint& paint) {
  std::string text = paint.Bold(OneLine(score.comparator())) + "  ";
  text += score.compared() ? FormatNumber(score.divergence()) : paint.Yellow("not compared");
  if (!score.reason().empty()) text += "  " + OneLine(score.reason());
  text += "\n";
  for (const v1::ValueDifference& difference : score.differences()) {
    text += fmt::format("  {}  {}\n", OneLine(difference.path()),
                        paint.Dim(OneLine(difference.kind())));
    if (!difference.baseline().empty()) {
      text += "    " + paint.Red("- " + OneLine(difference.baseline())) + "\n";
    }
    if (!difference.candidate().empty()) {
      text += "    " + paint.Green("+ " + OneLine(difference.candidate())) + "\n";
    }
  }
  return text;
}

std::string KeyText(const v1::DivergenceCluster& cluster) {
  if (cluster.key().empty()) {
    return cluster.kind().empty() ? "(none named)" : "(the whole body) " + OneLine(cluster.kind());
  }
  return OneLine(cluster.key()) + (cluster.kind().empty() ? "" : " " + OneLine(cluster.kind()));
}

// "3 -> 8", or the reason where no place is named.
std::string ExampleText(const v1::ClusterExample& example) {
  constexpr std::size_t kColumns = 30;
  if (!example.has_difference()) return Cut(OneLine(example.reason()), 2 * kColumns);
  const auto shown = [](const std::string& value) {
    return value.empty() ? std::string("(nothing)") : Cut(OneLine(value), kColumns);
  };
  return shown(example.difference().baseline()) + " -> " + shown(example.difference().candidate());
}

std::string Body(const std::string& title, const std::string& body) {
  if (body.empty()) return "";
  return fmt::format("{}\n  {}\n", title, OneLine(body));
}

}  // namespace

std::string RenderDivergences(const v1::ListDivergencesResponse& response) {
  if (response.divergences_size() == 0) return "No divergences recorded.\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::Divergence& divergence : response.divergences()) {
    rows.push_back({OneLine(divergence.id()), FormatTime(divergence.at().seconds()),
                    OneLine(divergence.route()), OneLine(divergence.candidate()),
                    FormatNumber(divergence.worst_divergence()),
                    StatusText(divergence.incumbent_answer()),
                    StatusText(divergence.candidate_answer()), WorstReason(divergence)});
  }
  std::string text = Table({"ID", "TIME", "ROUTE", "CANDIDATE", "DIVERGENCE", "INCUMBENT SAID",
                            "CANDIDATE SAID", "WORST"},
                           rows);
  if (!response.next_page_token().empty()) {
    text += fmt::format("There are more: --page-token {}\n", OneLine(response.next_page_token()));
  }
  return text;
}

std::string RenderClusters(const v1::ListDivergencesResponse& response) {
  if (response.clusters_size() == 0) return "No divergences recorded.\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::DivergenceCluster& cluster : response.clusters()) {
    const v1::ClusterExample& example = cluster.example();
    rows.push_back({std::to_string(cluster.count()), FormatShare(cluster.share()),
                    FormatNumber(cluster.mean_divergence()), KeyText(cluster),
                    OneLine(fmt::format("{}", fmt::join(cluster.comparators(), ", "))),
                    OneLine(example.id()), ExampleText(example)});
  }
  std::string text = fmt::format("Of {} divergent pairs{}:\n", response.clustered(),
                                 response.more_records() ? " that were read (there are more)" : "");
  text += Table({"PAIRS", "SHARE", "MEAN", "WHAT", "COMPARATORS", "EXAMPLE", "IN IT"}, rows);
  if (response.clusters_left_out() > 0) {
    text += fmt::format("{} more are not shown.\n", response.clusters_left_out());
  }
  return text;
}

std::string RenderDivergence(const v1::Divergence& divergence, const Paint& paint) {
  std::string text =
      fmt::format("{}  {}  {} {}, divergence {}\n{} {}", paint.Bold(OneLine(divergence.id())),
                  FormatTime(divergence.at().seconds()), OneLine(divergence.route()),
                  OneLine(divergence.candidate()), FormatNumber(divergence.worst_divergence()),
                  OneLine(divergence.method()), OneLine(divergence.path()));
  for (const std::string& segment : divergence.segments()) text += "  " + OneLine(segment);
  text +=
      divergence.candidate_served() ? "  served by the candidate\n" : "  served by the incumbent\n";
  text += Answers(divergence.incumbent_answer(), divergence.candidate_answer());
  for (const v1::ComparatorScore& score : divergence.scores()) text += Score(score, paint);
  text += Body("request body", divergence.request_body());
  text += Body("incumbent's body", divergence.incumbent_answer().body());
  text += Body("candidate's body", divergence.candidate_answer().body());
  return text;
}

}  // namespace understudy
