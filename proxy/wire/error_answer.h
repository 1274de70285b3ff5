// What answers made here say, in every version of HTTP.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

// Of the statuses that are answered here.
std::string_view ReasonPhrase(int status);
// {"error": sentence, "reason": word}, as JSON.
std::string ErrorBody(std::string_view reason, std::string_view sentence);

}  // namespace understudy
