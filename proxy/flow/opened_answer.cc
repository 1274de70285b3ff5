// Head, transfer coding, body, trailers, times.
#include "proxy/flow/opened_answer.h"

#include <chrono>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http1_head.h"

namespace understudy {
namespace {

constexpr int kMaxTrailers = 100;

double Milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

bool OpenedAnswer::Open(const Exchange& exchange, std::string_view method) {
  headers_.clear();
  answer_ = {};
  const std::string_view head = exchange.head_bytes.Join(head_text_);
  if (ParseAnswerHead(head, HeadLimits{256u << 10, 1000}, method, head_)) return false;
  const auto payload =
      PayloadOf(exchange.body.Join(body_text_), exchange.framing, payload_text_, trailer_text_);
  if (!payload) return false;
  for (const HeaderField& field : head_.fields) headers_.push_back({field.name, field.value});
  OpenTrailers();
  ReadTimes(exchange);
  answer_ = {head_.status, headers_, *payload, &timing_, nullptr, trailers_};
  return true;
}

void OpenedAnswer::OpenLike(const OpenedAnswer& other, const Exchange& exchange) {
  ReadTimes(exchange);
  answer_ = other.answer_;
  answer_.timing = &timing_;
}

void OpenedAnswer::ReadTimes(const Exchange& exchange) {
  arrivals_.clear();
  for (const Arrival& arrival : exchange.arrivals) {
    arrivals_.push_back({arrival.bytes, Milliseconds(arrival.after)});
  }
  timing_ = {Milliseconds(exchange.result.latency), Milliseconds(exchange.result.first_byte),
             arrivals_};
}

// The scanner has read them, so that they can be read again.
void OpenedAnswer::OpenTrailers() {
  trailers_.clear();
  trailer_fields_.clear();
  if (trailer_text_.empty() || ParseFields(trailer_text_, kMaxTrailers, trailer_fields_)) return;
  for (const HeaderField& field : trailer_fields_) trailers_.push_back({field.name, field.value});
}

}  // namespace understudy
