// The table of assemblies.
#include "comparators/streams/assemblies.h"

#include <array>
#include <vector>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

using enum StreamFraming;

constexpr std::array<AssemblyKind, 9> kKinds{{
    {"openai-chat", "OpenAI chat completions; content by deltas or cumulative", kSse, false,
     &MakeOpenAiChat},
    {"openai-completions", "OpenAI completions; text by deltas or cumulative", kSse, false,
     &MakeOpenAiCompletions},
    {"openai-responses", "OpenAI responses", kSse, false, &MakeOpenAiResponses},
    {"anthropic-messages", "Anthropic messages", kSse, false, &MakeAnthropicMessages},
    {"tgi", "Text Generation Inference: generate_stream", kSse, false, &MakeTgi},
    {"ollama", "Ollama: generate and chat", kJsonLines, false, &MakeOllama},
    {"llamacpp", "llama.cpp: completion", kSse, false, &MakeLlamaCpp},
    {"triton-generate", "Triton: generate_stream; text_output by deltas or cumulative", kSse, false,
     &MakeTritonGenerate},
    {"json-events", "anything else: the data of all events in order", kSse, true, &MakeJsonEvents},
}};

}  // namespace

std::span<const AssemblyKind> AssemblyKinds() { return kKinds; }

absl::StatusOr<const AssemblyKind*> FindAssembly(std::string_view name) {
  std::vector<std::string_view> names;
  for (const AssemblyKind& kind : kKinds) {
    if (kind.name == name) return &kind;
    names.push_back(kind.name);
  }
  return absl::NotFoundError(
      fmt::format("there is no assembly \"{}\".{}", ShownText(name, 64), Suggestion(name, names)));
}

}  // namespace understudy
