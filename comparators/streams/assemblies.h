// The assemblies there are, in plain sight: one for each protocol that streams answers, each in the
// file of its name.
//
// Threads: the table is constant; what it makes belongs to one stream.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/streams/assembly.h"
#include "comparators/streams/content_text.h"
#include "comparators/streams/framing.h"

namespace understudy {

struct AssemblyKind {
  std::string_view name;
  std::string_view summary;  // one line
  StreamFraming framing;     // kSse or kJsonLines: what the protocol is sent in
  // Whether events may be anything: data that is no JSON is a text, and a member "error" no
  // failure.
  bool takes_anything;
  // `mode` concerns the assemblies whose summary says so.
  std::unique_ptr<StreamAssembly> (*make)(ContentMode mode);
};

// All of them, in the order they are shown.
std::span<const AssemblyKind> AssemblyKinds();

// NotFound names the nearest one.
absl::StatusOr<const AssemblyKind*> FindAssembly(std::string_view name);

std::unique_ptr<StreamAssembly> MakeOpenAiChat(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeOpenAiCompletions(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeOpenAiResponses(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeAnthropicMessages(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeTgi(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeOllama(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeLlamaCpp(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeTritonGenerate(ContentMode mode);
std::unique_ptr<StreamAssembly> MakeJsonEvents(ContentMode mode);

}  // namespace understudy
