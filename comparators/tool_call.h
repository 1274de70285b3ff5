// The tool calls of an answer: names and arguments, whichever protocol wrote them.
//
// Threads: pure functions, safe on any thread. Ownership: a call borrows from its answer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"

namespace understudy {

struct ToolCall {
  std::string path;  // JSON pointer of the arguments, or of the call when it gives none
  std::string_view name;
  // Empty when the arguments are a text that is no JSON.
  std::optional<JsonValue> arguments;
  std::string_view text;             // the arguments as they were written, when they are a text
  std::unique_ptr<Document> parsed;  // what `arguments` is in, when it is not the answer
};

// A place of one answer with something of which calls may be part.
struct ToolCallPlace {
  std::string path;
  JsonValue value;
};

// The calls at those places, in their order: each place is a call or a list with calls among other
// things. A call is an object with a name and arguments ("arguments", "input" or "args"), perhaps
// inside a member "function" or "custom". Arguments are JSON, or a text that is read as JSON; none
// at all and an empty text are an empty object. ResourceExhausted above 1,000 calls or when a text
// of arguments is beyond DocumentLimits.
absl::StatusOr<std::vector<ToolCall>> ReadToolCalls(const std::vector<ToolCallPlace>& places);

// "name(arguments)", cut.
std::string ShownCall(const ToolCall& call);

}  // namespace understudy
