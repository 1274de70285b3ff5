// What an answer costs and how fast it came, beside what it says: times of the exchange and of a
// stream's events, and tokens as the server counts them.
//
// Threads: values and pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace understudy {

class Document;
struct AssembledStream;

// `bytes` of the body, without transfer coding, had come `ms` milliseconds after the request was
// sent.
struct AnswerArrival {
  std::uint64_t bytes = 0;
  double ms = 0;
};

// When an answer came. Milliseconds since the request was sent.
struct AnswerTiming {
  double latency_ms = 0;     // the last byte
  double first_byte_ms = 0;  // of the head
  // Both rise. Empty: the body came with the head.
  std::span<const AnswerArrival> arrivals;
};

// Each is empty where it is not known. Times are milliseconds since the request was sent, or
// between two events; an event came when its last byte did.
struct AnswerMeasures {
  std::optional<double> latency;
  std::optional<double> time_to_first_byte;
  // Of streams that are not compressed:
  std::optional<double> time_to_first_event;
  std::optional<double> time_to_first_token;
  // From the first token to the last event, over the tokens but one.
  std::optional<double> time_per_output_token;
  std::optional<double> longest_gap;  // between two events; at most the first 4,096 are looked at

  std::optional<double> input_tokens;   // as the server counts them
  std::optional<double> output_tokens;  // likewise, or of a stream that does not say: its events
                                        // that bear something the model generated

  std::optional<std::uint64_t> events;  // of a stream
  std::string finish_reason;            // of a stream; empty: none was told

  // By the name of the field, `latency` to `output_tokens`; nothing for other names.
  std::optional<double> Get(std::string_view name) const {
    if (name == "latency") return latency;
    if (name == "time_to_first_byte") return time_to_first_byte;
    if (name == "time_to_first_event") return time_to_first_event;
    if (name == "time_to_first_token") return time_to_first_token;
    if (name == "time_per_output_token") return time_per_output_token;
    if (name == "longest_gap") return longest_gap;
    if (name == "input_tokens") return input_tokens;
    if (name == "output_tokens") return output_tokens;
    return std::nullopt;
  }
};

// In a currency of the reader's, for a million tokens.
struct TokenPrices {
  double input = 0;
  double output = 0;
};

// In the same currency. Nothing where tokens that have a price were not counted.
inline std::optional<double> CostOf(const AnswerMeasures& measures, const TokenPrices& prices) {
  if (prices.input != 0 && !measures.input_tokens) return std::nullopt;
  if (prices.output != 0 && !measures.output_tokens) return std::nullopt;
  const double input = measures.input_tokens.value_or(0) * prices.input;
  return (input + measures.output_tokens.value_or(0) * prices.output) / 1e6;
}

// `timing`: null where nobody measured. `stream`: null for an answer that was not streamed.
// `compressed`: the offsets of arrivals are not those of the stream's events. `document`: the
// answer's JSON, or null.
AnswerMeasures MeasuresOf(const AnswerTiming* timing, const AssembledStream* stream,
                          bool compressed, const Document* document);

}  // namespace understudy
