// What the chunks of OpenAI's chat and plain completions have in common: the members around the
// choices, the choices by index, and in each the log probabilities and the finish reason.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "comparators/document.h"
#include "comparators/streams/assembly.h"
#include "comparators/streams/event_members.h"
#include "comparators/streams/json_text.h"

namespace understudy {

// Of the members around the choices the first value that is not null is kept, of `usage` the last.
// `obfuscation`, which is random padding of a chunk, is left out.
class OpenAiFrame {
 public:
  void Take(JsonValue chunk, AssemblyGuard& guard);
  // `object`: what the answer is called; empty: what the chunks are called.
  std::string Answer(std::string_view object, const JsonArrayText& choices);
  const TokenCounts& tokens() const { return tokens_; }

 private:
  JsonObjectText members_;
  TokenCounts tokens_;
};

// The end of a choice: `logprobs`, whose arrays are appended to each other as `token_ids` are, and
// the last `finish_reason` that is not null.
class OpenAiChoiceEnd {
 public:
  void Take(JsonValue choice, AssemblyGuard& guard);
  // `logprobs` and `token_ids` only when a chunk had them; null when they were null in all.
  void AppendTo(JsonObjectText& choice) const;
  const std::string& finish_reason() const { return finish_reason_; }

 private:
  // Arrays by name; empty for one that was null in all chunks.
  using Arrays = std::map<std::string, std::optional<JsonArrayText>, std::less<>>;

  void TakeArray(std::string_view key, JsonValue value, Arrays& out, AssemblyGuard& guard);

  bool has_logprobs_ = false;
  bool has_null_logprobs_ = false;
  Arrays logprobs_;
  Arrays token_ids_;
  std::string finish_reason_;
};

// Choices by index, in its order; `Choice` has members `others`, of a chunk's choice, and `end`.
template <typename Choice>
class OpenAiChoices {
 public:
  // Takes a chunk's choices: `add(choice, element)` says whether it bears what the model generated.
  // Returns whether any does.
  template <typename Add>
  bool Take(JsonValue chunk, AssemblyGuard& guard, Add add) {
    bool generated = false;
    const auto elements = EventMembers(chunk, guard).Array("choices");
    if (!elements) return false;
    std::uint64_t position = 0;
    elements->ForEachElement([&](JsonValue element) {
      if (!guard.ok()) return;
      Choice& choice = Of(element, position++, guard);
      choice.end.Take(element, guard);
      generated = add(choice, element) || generated;
    });
    return generated;
  }
  // The choices of the answer: `write(choice, text)` adds what was put together.
  template <typename Write>
  JsonArrayText Text(Write write) const {
    JsonArrayText all;
    for (const auto& [index, choice] : choices_) {
      JsonObjectText text = choice.others;
      text.Set("index", std::to_string(index));
      write(choice, text);
      choice.end.AppendTo(text);
      all.Add(text.Text());
    }
    return all;
  }
  // Whether every one has a finish reason.
  bool Finished() const {
    for (const auto& [index, choice] : choices_) {
      if (choice.end.finish_reason().empty()) return false;
    }
    return !choices_.empty();
  }
  // Of the first choice.
  std::string FinishReason() const {
    return choices_.empty() ? std::string() : choices_.begin()->second.end.finish_reason();
  }

 private:
  // The choice that the `position`th element of `choices` is about.
  Choice& Of(JsonValue element, std::uint64_t position, AssemblyGuard& guard) {
    const EventMembers members(element, guard);
    const auto [place, is_new] = choices_.try_emplace(members.Count("index").value_or(position));
    if (is_new) guard.Use(AssemblyBound::kChoices);
    return place->second;
  }

  std::map<std::uint64_t, Choice> choices_;
};

}  // namespace understudy
