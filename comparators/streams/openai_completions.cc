// OpenAI completions: `text_completion` objects make one. Of each choice `text` is joined and the
// arrays of `logprobs` are appended; of all other members the first value that is not null is kept.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/content_text.h"
#include "comparators/streams/openai_chunk.h"

namespace understudy {
namespace {

struct CompletionChoice {
  ContentText text;
  JsonObjectText others;
  OpenAiChoiceEnd end;
};

class OpenAiCompletions final : public StreamAssembly {
 public:
  explicit OpenAiCompletions(ContentMode mode) : reading_(mode) {}

  EventMeaning Add(JsonValue chunk, const StreamEvent&) override {
    frame_.Take(chunk, guard_);
    EventMeaning meaning;
    const auto choices = EventMembers(chunk, guard_).Array("choices");
    if (!choices) return meaning;
    std::uint64_t position = 0;
    choices->ForEachElement([&](JsonValue element) {
      if (guard_.ok()) meaning.has_token = AddChoice(element, position++) || meaning.has_token;
    });
    return meaning;
  }

  AssembledAnswer Finish() override {
    JsonArrayText choices;
    for (const auto& [index, choice] : choices_.all()) {
      JsonObjectText text = choice.others;
      text.Set("index", std::to_string(index));
      text.SetString("text", choice.text.Text(reading_));
      choice.end.AppendTo(text);
      choices.Add(text.Text());
    }
    return {frame_.Answer("", choices), choices_.FinishReason(), frame_.tokens(),
            choices_.Finished()};
  }

 private:
  bool AddChoice(JsonValue element, std::uint64_t position) {
    CompletionChoice& choice = choices_.Of(element, position, guard_);
    choice.end.Take(element, guard_);
    KeepMembers(element, Kept::kFirst, {"text", "logprobs", "finish_reason", "token_ids"},
                choice.others, guard_);
    const std::string_view text = EventMembers(element, guard_).Text("text").value_or("");
    choice.text.Add(text, reading_, guard_);
    return !text.empty();
  }

  ContentReading reading_;
  OpenAiFrame frame_;
  OpenAiChoices<CompletionChoice> choices_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeOpenAiCompletions(ContentMode mode) {
  return std::make_unique<OpenAiCompletions>(mode);
}

}  // namespace understudy
