// Header fields of answers, found by name. Pure functions, safe on any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "comparators/comparator.h"

namespace understudy {

// Whether a field name is `lower`, whatever its case.
bool SameHeaderName(std::string_view name, std::string_view lower);

// All values of a header field, joined by commas as RFC 9110 has it. `name` is in lower case.
std::string HeaderValue(std::span<const AnswerHeader> headers, std::string_view name);

// The same without a copy where there is one such field; several are joined in `joined`.
std::string_view HeaderValue(std::span<const AnswerHeader> headers, std::string_view name,
                             std::string& joined);

// Whether both have the same values of that field, one by one; needs no memory.
bool SameHeaderValues(std::span<const AnswerHeader> a, std::span<const AnswerHeader> b,
                      std::string_view name);

}  // namespace understudy
