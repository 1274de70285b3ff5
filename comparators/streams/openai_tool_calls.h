// The tool calls of a streamed chat message, whose deltas servers label in several ways.
//
// A delta belongs to the call with its `index`; without one to the call with its `id`; without both
// to the call at its position when the chunk has several deltas, else to the last call. Of these
// last two ways a delta with a name begins a new call when the call it would belong to has a name.
// Only `function.arguments` is put together; of everything else the first value that is not null
// (of `id` and `name`: nor empty) is kept.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/document.h"
#include "comparators/streams/assembly_guard.h"
#include "comparators/streams/json_text.h"

namespace understudy {

// A function's name and its arguments as they grow; `function_call` of older servers is one alone.
class FunctionCallText {
 public:
  // Returns whether something was generated: a name or a part of the arguments.
  bool Take(JsonValue function, AssemblyGuard& guard);
  bool has_name() const { return !name_.empty(); }
  std::string Text() const;

 private:
  std::string name_;
  std::string arguments_;
  JsonObjectText others_;
};

class ToolCallTexts {
 public:
  // The same of the `tool_calls` of a delta.
  bool Take(JsonValue deltas, AssemblyGuard& guard);
  bool empty() const { return calls_.empty(); }
  // By index; calls without one keep their place.
  JsonArrayText Calls() const;

 private:
  struct Call {
    std::uint64_t index = 0;
    std::string id;
    FunctionCallText function;
    JsonObjectText others;
  };

  Call& Of(JsonValue delta, std::optional<std::size_t> position, AssemblyGuard& guard);
  std::size_t Unlabelled(JsonValue delta, std::optional<std::size_t> position) const;
  std::size_t NewCall(std::uint64_t index, AssemblyGuard& guard);

  std::vector<Call> calls_;
  std::map<std::uint64_t, std::size_t> by_index_;  // places in calls_
  std::map<std::string, std::size_t, std::less<>> by_id_;
  std::size_t last_ = 0;
};

}  // namespace understudy
