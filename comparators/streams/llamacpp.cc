// llama.cpp's own /completion: `content` is joined and `completion_probabilities` appended until
// `stop` is true; all other members are those of the last object.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/last_object.h"

namespace understudy {
namespace {

class LlamaCpp final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    const EventMembers members(value, guard_);
    last_.Take(event);
    EventMeaning meaning;
    const std::string_view content = members.Text("content").value_or("");
    Append(content, content_, guard_);
    meaning.has_token = !content.empty();
    if (const auto probabilities = members.Array("completion_probabilities")) {
      AppendElements(*probabilities, probabilities_, guard_);
    }
    meaning.ends = members.True("stop");
    if (meaning.ends) {
      finish_reason_ = members.Text("stop_type").value_or("stop");
      tokens_ = {members.Count("tokens_evaluated"), members.Count("tokens_predicted")};
    }
    return meaning;
  }

  AssembledAnswer Finish() override {
    JsonObjectText answer = last_.Members({"completion_probabilities"}, guard_);
    answer.SetString("content", content_);
    if (!probabilities_.empty()) answer.Set("completion_probabilities", probabilities_.Text());
    return {answer.Text(), finish_reason_, tokens_, false};
  }

 private:
  LastObject last_;
  std::string content_;
  JsonArrayText probabilities_;
  std::string finish_reason_;
  TokenCounts tokens_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeLlamaCpp(ContentMode) { return std::make_unique<LlamaCpp>(); }

}  // namespace understudy
