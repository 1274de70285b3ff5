// Joining when bytes came with which events they completed; reading token counts.
#include "comparators/measures.h"

#include <algorithm>
#include <array>
#include <utility>

#include "comparators/document.h"
#include "comparators/streams/assemble.h"

namespace understudy {
namespace {

// Where protocols that do not stream say how many tokens there were: OpenAI and Anthropic, Ollama,
// Text Generation Inference, llama.cpp, SGLang.
constexpr std::array<std::string_view, 5> kInputTokens = {
    "/usage/prompt_tokens", "/usage/input_tokens", "/prompt_eval_count", "/tokens_evaluated",
    "/meta_info/prompt_tokens"};
constexpr std::array<std::string_view, 6> kOutputTokens = {
    "/usage/completion_tokens",  "/usage/output_tokens", "/eval_count",
    "/details/generated_tokens", "/tokens_predicted",    "/meta_info/completion_tokens"};

std::optional<double> FirstNumber(const Document* document,
                                  std::span<const std::string_view> pointers) {
  if (document == nullptr) return std::nullopt;
  for (const std::string_view pointer : pointers) {
    const auto value = document->At(pointer);
    if (value && value->is_number() && value->AsDouble() >= 0) return value->AsDouble();
  }
  return std::nullopt;
}

std::optional<double> AsNumber(const std::optional<std::uint64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

// When the byte before offset `end` had come.
double TimeOf(const AnswerTiming& timing, std::uint64_t end) {
  if (timing.arrivals.empty()) return timing.first_byte_ms;
  const auto at = std::lower_bound(
      timing.arrivals.begin(), timing.arrivals.end(), end,
      [](const AnswerArrival& one, std::uint64_t bytes) { return one.bytes < bytes; });
  return at == timing.arrivals.end() ? timing.latency_ms : at->ms;
}

double LongestGap(const AnswerTiming& timing, const AssembledStream& stream) {
  double longest = 0;
  double before = TimeOf(timing, stream.event_ends.front());
  for (const std::uint64_t end : stream.event_ends) {
    const double now = TimeOf(timing, end);
    longest = std::max(longest, now - before);
    before = now;
  }
  return longest;
}

void MeasureEvents(const AnswerTiming& timing, const AssembledStream& stream,
                   AnswerMeasures& measures) {
  if (stream.event_ends.empty()) return;
  measures.time_to_first_event = TimeOf(timing, stream.event_ends.front());
  if (stream.event_ends.size() > 1) measures.longest_gap = LongestGap(timing, stream);
  if (!stream.first_token_end) return;
  const double first = TimeOf(timing, *stream.first_token_end);
  measures.time_to_first_token = first;
  const double tokens = measures.output_tokens.value_or(0);
  if (tokens > 1) {
    measures.time_per_output_token =
        std::max(0.0, TimeOf(timing, stream.last_event_end) - first) / (tokens - 1);
  }
}

}  // namespace

AnswerMeasures MeasuresOf(const AnswerTiming* timing, const AssembledStream* stream,
                          bool compressed, const Document* document) {
  AnswerMeasures measures;
  if (timing != nullptr) {
    measures.latency = timing->latency_ms;
    measures.time_to_first_byte = timing->first_byte_ms;
  }
  if (stream != nullptr) {
    measures.input_tokens = AsNumber(stream->tokens.input);
    measures.output_tokens = AsNumber(stream->tokens.output);
    if (!measures.output_tokens && stream->token_events > 0) {
      measures.output_tokens = AsNumber(stream->token_events);
    }
    measures.events = stream->events;
    measures.finish_reason = stream->finish_reason;
    if (timing != nullptr && !compressed) MeasureEvents(*timing, *stream, measures);
  } else {
    measures.input_tokens = FirstNumber(document, kInputTokens);
    measures.output_tokens = FirstNumber(document, kOutputTokens);
  }
  return measures;
}

}  // namespace understudy
