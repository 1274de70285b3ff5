// Names of exchange outcomes.
#include "proxy/model/sample.h"

namespace understudy {

std::string_view ToString(ExchangeOutcome outcome) {
  switch (outcome) {
    case ExchangeOutcome::kAnswered:
      return "answered";
    case ExchangeOutcome::kConnectRefused:
      return "connect_refused";
    case ExchangeOutcome::kUnknownHost:
      return "unknown_host";
    case ExchangeOutcome::kConnectTimeout:
      return "connect_timeout";
    case ExchangeOutcome::kFirstByteTimeout:
      return "first_byte_timeout";
    case ExchangeOutcome::kIdleTimeout:
      return "idle_timeout";
    case ExchangeOutcome::kTotalTimeout:
      return "total_timeout";
    case ExchangeOutcome::kReset:
      return "reset";
    case ExchangeOutcome::kInvalidAnswer:
      return "invalid_answer";
    case ExchangeOutcome::kNoHealthyEndpoint:
      return "no_healthy_endpoint";
    case ExchangeOutcome::kPoolExhausted:
      return "pool_exhausted";
    case ExchangeOutcome::kNoDescriptors:
      return "no_descriptors";
    case ExchangeOutcome::kCancelled:
      return "cancelled";
    case ExchangeOutcome::kTlsFailed:
      return "tls_failed";
  }
  return "unknown";
}

}  // namespace understudy
