// How long a message's body is (RFC 9112 section 6): decided once from its head, and refused where
// two readers could decide differently.
#pragma once

#include <optional>
#include <string_view>

#include "proxy/wire/http1_head.h"

namespace understudy {

// Sets framing, content_length, keep_alive and expects_continue from the fields.
std::optional<HeadError> FrameRequest(RequestHead& head);

// Sets framing, content_length, keep_alive and retry_after from the fields.
std::optional<HeadError> FrameAnswer(std::string_view request_method, AnswerHead& head);

}  // namespace understudy
