// Whether a message is, beyond doubt, what its descriptor says, told without writing it anywhere:
// where both answers of a pair have the same bytes, that is all there is to be known of them.
//
// Threads: pure functions, safe on any thread.
#pragma once

#include <string_view>

#include "comparators/grpc/message_plan.h"

namespace understudy {

// True: MessageWriter takes the message, and knows each of its fields. False: that has to be tried.
// Messages that say something twice, are of groups, or are nested deeply are left to it, too.
bool IsRegularMessage(const MessagePlan& plan, std::string_view message);

}  // namespace understudy
