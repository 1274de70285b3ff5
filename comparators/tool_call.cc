// Reading tool calls.
#include "comparators/tool_call.h"

#include <array>
#include <utility>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxCalls = 1'000;
constexpr std::size_t kShownName = 64;
constexpr std::array<std::string_view, 2> kWrappers{"function", "custom"};
constexpr std::array<std::string_view, 3> kArguments{"arguments", "input", "args"};
constexpr std::array<std::string_view, 3> kTypes{"function_call", "tool_use", "function"};
constexpr std::string_view kNoArguments = "{}";

bool IsTypedCall(JsonValue value) {
  const std::optional<JsonValue> type = value.Find("type");
  if (!type || !type->is_string()) return false;
  for (const std::string_view name : kTypes) {
    if (type->AsString() == name) return true;
  }
  return false;
}

absl::Status ParseArguments(std::string_view text, ToolCall& call) {
  absl::StatusOr<std::unique_ptr<Document>> parsed = Document::Parse(text);
  if (parsed.ok()) {
    call.parsed = *std::move(parsed);
    call.arguments = call.parsed->root();
  } else if (parsed.status().code() == absl::StatusCode::kResourceExhausted) {
    return absl::ResourceExhaustedError(
        fmt::format("the arguments of a tool call: {}", std::string(parsed.status().message())));
  }
  return absl::OkStatus();
}

absl::Status ReadArguments(std::optional<JsonValue> value, ToolCall& call) {
  const bool none = !value || value->kind() == JsonKind::kNull;
  if (!none && (!value->is_string() || value->ignored())) {
    call.arguments = *value;
    return absl::OkStatus();
  }
  if (!none) call.text = value->AsString();
  return ParseArguments(call.text.empty() ? kNoArguments : call.text, call);
}

// Adds nothing when the value is no call.
absl::Status ReadCall(JsonValue value, std::string path, std::vector<ToolCall>& calls) {
  if (!value.is_object() || value.ignored()) return absl::OkStatus();
  bool known = IsTypedCall(value);
  for (const std::string_view wrapper : kWrappers) {
    const std::optional<JsonValue> inner = value.Find(wrapper);
    if (!inner || !inner->is_object()) continue;
    value = *inner;
    AppendPointerSegment(wrapper, path);
    known = true;
    break;
  }
  const std::optional<JsonValue> name = value.Find("name");
  if (!name || !name->is_string()) return absl::OkStatus();
  ToolCall call;
  call.name = name->AsString();
  std::optional<JsonValue> arguments;
  for (const std::string_view key : kArguments) {
    arguments = value.Find(key);
    if (!arguments) continue;
    AppendPointerSegment(key, path);
    break;
  }
  if (!arguments && !known) return absl::OkStatus();
  if (calls.size() == kMaxCalls) {
    return absl::ResourceExhaustedError(fmt::format("more than {} tool calls", kMaxCalls));
  }
  call.path = std::move(path);
  if (absl::Status status = ReadArguments(arguments, call); !status.ok()) return status;
  calls.push_back(std::move(call));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ToolCall>> ReadToolCalls(const std::vector<ToolCallPlace>& places) {
  std::vector<ToolCall> calls;
  absl::Status status;
  for (const ToolCallPlace& place : places) {
    if (!place.value.is_array()) {
      status.Update(ReadCall(place.value, place.path, calls));
      continue;
    }
    std::size_t index = 0;
    place.value.ForEachElement([&](JsonValue element) {
      if (!status.ok()) return;
      status.Update(ReadCall(element, fmt::format("{}/{}", place.path, index++), calls));
    });
  }
  if (!status.ok()) return status;
  return calls;
}

std::string ShownCall(const ToolCall& call) {
  return fmt::format(
      "{}({})", ShownText(call.name, kShownName),
      call.arguments ? RenderJson(*call.arguments, kMaxShownText) : ShownText(call.text));
}

}  // namespace understudy
