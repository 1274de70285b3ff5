// Ollama: the objects of /api/generate (`response`) and /api/chat (`message`), which end with the
// one where `done` is true. Texts (`response`, `thinking`, `message.content`, `message.thinking`)
// are joined, `message.tool_calls` and `logprobs` appended; all other members are those of the last
// object, and of `message` the first that are not null.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/last_object.h"

namespace understudy {
namespace {

// A text that only stands in the answer when an object had it.
struct JoinedText {
  bool Take(const EventMembers& members, std::string_view key, AssemblyGuard& guard) {
    const std::optional<std::string_view> piece = members.Text(key);
    if (!piece) return false;
    is_present = true;
    Append(*piece, text, guard);
    return !piece->empty();
  }
  void AppendTo(JsonObjectText& out, std::string_view key) const {
    if (is_present) out.SetString(key, text);
  }

  bool is_present = false;
  std::string text;
};

class Ollama final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    const EventMembers members(value, guard_);
    last_.Take(event);
    EventMeaning meaning;
    meaning.has_token = response_.Take(members, "response", guard_);
    meaning.has_token = thinking_.Take(members, "thinking", guard_) || meaning.has_token;
    if (const auto message = members.Object("message")) {
      meaning.has_token = TakeMessage(*message) || meaning.has_token;
    }
    if (const auto logprobs = members.Array("logprobs")) {
      AppendElements(*logprobs, logprobs_, guard_);
    }
    meaning.ends = members.True("done");
    if (meaning.ends) {
      finish_reason_ = members.Text("done_reason").value_or("stop");
      tokens_ = {members.Count("prompt_eval_count"), members.Count("eval_count")};
    }
    return meaning;
  }

  AssembledAnswer Finish() override {
    JsonObjectText answer = last_.Members({"response", "thinking", "message", "logprobs"}, guard_);
    response_.AppendTo(answer, "response");
    thinking_.AppendTo(answer, "thinking");
    if (has_message_) answer.Set("message", Message());
    if (!logprobs_.empty()) answer.Set("logprobs", logprobs_.Text());
    return {answer.Text(), finish_reason_, tokens_, false};
  }

 private:
  bool TakeMessage(JsonValue message) {
    const EventMembers members(message, guard_);
    has_message_ = true;
    bool generated = content_.Take(members, "content", guard_);
    generated = message_thinking_.Take(members, "thinking", guard_) || generated;
    if (const auto calls = members.Array("tool_calls")) {
      generated = generated || calls->size() > 0;
      guard_.Use(AssemblyBound::kParts, calls->size());
      AppendElements(*calls, tool_calls_, guard_);
    }
    KeepMembers(message, Kept::kFirst, {"content", "thinking", "tool_calls"}, message_, guard_);
    return generated;
  }

  std::string Message() const {
    JsonObjectText message = message_;
    content_.AppendTo(message, "content");
    message_thinking_.AppendTo(message, "thinking");
    if (!tool_calls_.empty()) message.Set("tool_calls", tool_calls_.Text());
    return message.Text();
  }

  LastObject last_;
  JoinedText response_;
  JoinedText thinking_;
  bool has_message_ = false;
  JsonObjectText message_;
  JoinedText content_;
  JoinedText message_thinking_;
  JsonArrayText tool_calls_;
  JsonArrayText logprobs_;
  std::string finish_reason_;
  TokenCounts tokens_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeOllama(ContentMode) { return std::make_unique<Ollama>(); }

}  // namespace understudy
