// The formats of config.proto: whether a text has one, how large it is, and how a message names it.
#pragma once

#include <optional>
#include <string_view>

#include "understudy/v1/config.pb.h"

namespace understudy {

// Whether `text` is written as `format` asks. CHOICE and the JSON formats are not texts of their
// own: true.
bool IsWrittenAs(v1::ConfigRule::Format format, std::string_view text);

// The number behind a text of an ordered format (DURATION in ns, SIZE in bytes, SHARE, RATIO), for
// comparing with a rule's bounds.
std::optional<double> Magnitude(v1::ConfigRule::Format format, std::string_view text);

// What was expected, for a message: "a duration such as 250ms, 5s or 10m".
std::string_view Expected(v1::ConfigRule::Format format);

}  // namespace understudy
