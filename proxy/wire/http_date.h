// The time of day as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
//
// Threads: any; each keeps the text of its last second.
#pragma once

#include <string_view>

#include "proxy/base/time.h"

namespace understudy {

// Valid until the thread's next call.
std::string_view HttpDate(WallTime now);

}  // namespace understudy
