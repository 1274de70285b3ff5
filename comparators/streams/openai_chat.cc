// OpenAI chat: `chat.completion.chunk` objects make a `chat.completion`.
//
// Of each choice the texts of its deltas are joined, tool calls put together (openai_tool_calls.h)
// and log probabilities appended; of all other members the first value that is not null is kept.
// `content` is null when no chunk had one, and when it is empty beside a refusal or a call: servers
// that answer null there stream an empty text. A chunk whose choices are empty or null brings the
// usage.
#include <array>
#include <optional>

#include "comparators/streams/assemblies.h"
#include "comparators/streams/content_text.h"
#include "comparators/streams/openai_chunk.h"
#include "comparators/streams/openai_tool_calls.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 3> kJoinedTexts = {"refusal", "reasoning",
                                                          "reasoning_content"};

class ChatMessage {
 public:
  // Returns whether something was generated.
  bool Take(JsonValue delta, ContentReading& reading, AssemblyGuard& guard) {
    const EventMembers members(delta, guard);
    bool generated = false;
    if (const auto content = members.Text("content")) {
      has_content_ = true;
      content_.Add(*content, reading, guard);
      generated = !content->empty();
    }
    for (std::size_t i = 0; i < kJoinedTexts.size(); ++i) {
      const std::string_view text = members.Text(kJoinedTexts[i]).value_or("");
      Append(text, joined_[i], guard);
      generated = generated || !text.empty();
    }
    if (const auto calls = members.Array("tool_calls")) {
      generated = tool_calls_.Take(*calls, guard) || generated;
    }
    if (const auto call = members.Object("function_call")) {
      if (!function_call_) function_call_.emplace();
      generated = function_call_->Take(*call, guard) || generated;
    }
    KeepMembers(delta, Kept::kFirst, {"content", "tool_calls", "function_call"}, others_, guard);
    return generated;
  }

  std::string Text(const ContentReading& reading) const {
    JsonObjectText message = others_;
    if (message.Find("role") == nullptr) message.SetString("role", "assistant");
    for (std::size_t i = 0; i < kJoinedTexts.size(); ++i) {
      // What no chunk had stays out; what was null in all of them stays null.
      if (!joined_[i].empty()) message.SetString(kJoinedTexts[i], joined_[i]);
    }
    const std::string& content = content_.Text(reading);
    const bool has_other = !joined_[0].empty() || !tool_calls_.empty() || function_call_;
    const bool is_null = !has_content_ || (content.empty() && has_other);
    message.Set("content", is_null ? "null" : QuotedJson(content));
    if (!tool_calls_.empty()) message.Set("tool_calls", tool_calls_.Calls().Text());
    if (function_call_) message.Set("function_call", function_call_->Text());
    return message.Text();
  }

 private:
  bool has_content_ = false;
  ContentText content_;
  std::array<std::string, kJoinedTexts.size()> joined_;
  ToolCallTexts tool_calls_;
  std::optional<FunctionCallText> function_call_;
  JsonObjectText others_;
};

struct ChatChoice {
  ChatMessage message;
  JsonObjectText others;
  OpenAiChoiceEnd end;
};

class OpenAiChat final : public StreamAssembly {
 public:
  explicit OpenAiChat(ContentMode mode) : reading_(mode) {}

  EventMeaning Add(JsonValue chunk, const StreamEvent&) override {
    frame_.Take(chunk, guard_);
    EventMeaning meaning;
    meaning.has_token = choices_.Take(chunk, guard_, [this](ChatChoice& choice, JsonValue element) {
      return AddTo(choice, element);
    });
    return meaning;
  }

  AssembledAnswer Finish() override {
    const JsonArrayText choices =
        choices_.Text([this](const ChatChoice& choice, JsonObjectText& text) {
          text.Set("message", choice.message.Text(reading_));
        });
    return {frame_.Answer("chat.completion", choices), choices_.FinishReason(), frame_.tokens(),
            choices_.Finished()};
  }

 private:
  // Whether it bears what the model generated.
  bool AddTo(ChatChoice& choice, JsonValue element) {
    // "message" would be in the way of the one that is put together.
    KeepMembers(element, Kept::kFirst,
                {"delta", "message", "logprobs", "finish_reason", "token_ids"}, choice.others,
                guard_);
    const auto delta = EventMembers(element, guard_).Object("delta");
    return delta && choice.message.Take(*delta, reading_, guard_);
  }

  ContentReading reading_;
  OpenAiFrame frame_;
  OpenAiChoices<ChatChoice> choices_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeOpenAiChat(ContentMode mode) {
  return std::make_unique<OpenAiChat>(mode);
}

}  // namespace understudy
