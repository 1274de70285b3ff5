// Head, transfer coding, body.
#include "proxy/flow/opened_answer.h"

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http1_head.h"

namespace understudy {

bool OpenedAnswer::Open(const Exchange& exchange, std::string_view method) {
  headers_.clear();
  answer_ = {};
  const std::string_view head = exchange.head_bytes.Join(head_text_);
  if (ParseAnswerHead(head, HeadLimits{256u << 10, 1000}, method, head_)) return false;
  const auto payload = PayloadOf(exchange.body.Join(body_text_), exchange.framing, payload_text_);
  if (!payload) return false;
  for (const HeaderField& field : head_.fields) headers_.push_back({field.name, field.value});
  answer_ = {head_.status, headers_, *payload};
  return true;
}

}  // namespace understudy
