// Anthropic messages: `message_start` brings the message without its content, `content_block_*`
// events its blocks, `message_delta` its stop reason and usage, `message_stop` ends it. `ping` and
// events of unknown types are passed over.
//
// The `input` of a tool is put together as text and is then JSON, as in an answer that is not
// streamed; no text at all leaves the `{}` it began with, and a text that is no JSON (a model may
// stop in the middle) stays a text.
#include <map>

#include "comparators/streams/assemblies.h"
#include "comparators/streams/event_members.h"

namespace understudy {
namespace {

// The input stands three levels down in the answer, which has the reader's usual bound on depth.
constexpr DocumentLimits kInputLimits{.max_depth = 500};

class ContentBlock {
 public:
  // Each returns whether something was generated.
  bool Start(JsonValue block, AssemblyGuard& guard) {
    const EventMembers members(block, guard);
    KeepMembers(block, Kept::kFirst, {"text", "thinking"}, others_, guard);
    bool generated = members.Text("name").has_value();
    for (const std::string_view key : {"text", "thinking"}) {
      if (const auto text = members.Text(key)) generated = Join(key, *text, guard) || generated;
    }
    if (const auto citations = members.Array("citations")) {
      AppendElements(*citations, citations_, guard);
    }
    return generated;
  }

  bool Add(JsonValue delta, std::string_view type, AssemblyGuard& guard) {
    const EventMembers members(delta, guard);
    if (type == "text_delta") return Join("text", members.Text("text").value_or(""), guard);
    if (type == "thinking_delta") {
      return Join("thinking", members.Text("thinking").value_or(""), guard);
    }
    if (type == "input_json_delta") {
      const std::string_view part = members.Text("partial_json").value_or("");
      Append(part, input_, guard);
      return !part.empty();
    }
    if (type == "signature_delta") {
      if (const auto signature = delta.Find("signature")) {
        KeepMember("signature", *signature, Kept::kLast, others_, guard);
      }
    } else if (type == "citations_delta") {
      if (const auto citation = members.Object("citation")) Append(*citation, citations_, guard);
    }
    return false;
  }

  std::string Text() const {
    JsonObjectText block = others_;
    for (const auto& [key, text] : texts_) block.SetString(key, text);
    if (!input_.empty()) block.Set("input", Input());
    if (!citations_.empty()) block.Set("citations", citations_.Text());
    return block.Text();
  }

 private:
  bool Join(std::string_view key, std::string_view text, AssemblyGuard& guard) {
    Append(text, texts_[key], guard);
    return !text.empty();
  }

  std::string Input() const {
    const auto document = Document::Parse(input_, kInputLimits);
    return document.ok() ? JsonText((*document)->root()) : QuotedJson(input_);
  }

  JsonObjectText others_;
  std::map<std::string_view, std::string> texts_;  // by the name of a constant
  std::string input_;
  JsonArrayText citations_;
};

class AnthropicMessages final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    const EventMembers members(value, guard_);
    const std::string_view type = EventType(value, event);
    EventMeaning meaning;
    if (type == "message_start") {
      if (const auto message = members.Object("message")) TakeMessage(*message);
    } else if (type == "content_block_start") {
      const auto block = members.Object("content_block");
      meaning.has_token = block && BlockOf(value, true).Start(*block, guard_);
    } else if (type == "content_block_delta") {
      const auto delta = members.Object("delta");
      meaning.has_token = delta && BlockOf(value, false).Add(*delta, EventType(*delta, {}), guard_);
    } else if (type == "message_delta") {
      if (const auto delta = members.Object("delta")) TakeDelta(*delta);
      TakeUsage(members.Object("usage"));
    } else if (type == "message_stop") {
      meaning.ends = true;
    }
    return meaning;
  }

  AssembledAnswer Finish() override {
    JsonArrayText content;
    for (const auto& [index, block] : blocks_) content.Add(block.Text());
    message_.Set("content", content.Text());
    if (!usage_.empty()) message_.Set("usage", usage_.Text());
    return {message_.Text(), stop_reason_, tokens_, !stop_reason_.empty()};
  }

 private:
  void TakeMessage(JsonValue message) {
    KeepMembers(message, Kept::kFirst, {"content", "usage"}, message_, guard_);
    TakeUsage(EventMembers(message, guard_).Object("usage"));
  }

  void TakeDelta(JsonValue delta) {
    KeepMembers(delta, Kept::kLast, {}, message_, guard_);
    if (const auto reason = EventMembers(delta, guard_).Text("stop_reason")) stop_reason_ = *reason;
  }

  // Counts that come again are totals, which replace those before.
  void TakeUsage(std::optional<JsonValue> usage) {
    if (!usage) return;
    KeepMembers(*usage, Kept::kLast, {}, usage_, guard_);
    const TokenCounts counts = ReadTokenCounts(usage, guard_);
    if (counts.input) tokens_.input = counts.input;
    if (counts.output) tokens_.output = counts.output;
  }

  // By index; without one a start is a new block and a delta goes to the last one.
  ContentBlock& BlockOf(JsonValue event, bool is_start) {
    const std::uint64_t next = blocks_.empty() ? 0 : blocks_.rbegin()->first + 1;
    const std::uint64_t without = is_start || next == 0 ? next : next - 1;
    const auto index = EventMembers(event, guard_).Count("index");
    const auto [place, is_new] = blocks_.try_emplace(index.value_or(without));
    if (is_new) guard_.Use(AssemblyBound::kParts);
    return place->second;
  }

  JsonObjectText message_;
  JsonObjectText usage_;
  TokenCounts tokens_;
  std::string stop_reason_;
  std::map<std::uint64_t, ContentBlock> blocks_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeAnthropicMessages(ContentMode) {
  return std::make_unique<AnthropicMessages>();
}

}  // namespace understudy
