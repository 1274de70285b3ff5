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
    meaning.has_token = choices_.Take(
        chunk, guard_,
        [this](CompletionChoice& choice, JsonValue element) { return AddTo(choice, element); });
    return meaning;
  }

  AssembledAnswer Finish() override {
    const JsonArrayText choices =
        choices_.Text([this](const CompletionChoice& choice, JsonObjectText& text) {
          text.SetString("text", choice.text.Text(reading_));
        });
    return {frame_.Answer("", choices), choices_.FinishReason(), frame_.tokens(),
            choices_.Finished()};
  }

 private:
  // Whether it bears what the model generated.
  bool AddTo(CompletionChoice& choice, JsonValue element) {
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
