// OpenAI responses: the `response` that response.completed, .incomplete or .failed brings is the
// answer. Where there is none, or it has no output although items came, the last `response` an
// event brought gets the items that were put together (response_items.h).
#include "comparators/streams/assemblies.h"
#include "comparators/streams/response_items.h"

namespace understudy {
namespace {

class OpenAiResponses final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    const std::string_view type = EventType(value, event);
    EventMeaning meaning;
    meaning.has_token = items_.Take(type, value, guard_);
    const auto response = EventMembers(value, guard_).Object("response");
    if (response) {
      response_.clear();
      Append(JsonText(*response), response_, guard_);
      TakeEnd(type, *response, meaning);
    }
    return meaning;
  }

  AssembledAnswer Finish() override { return {Answer(), finish_reason_, tokens_, false}; }

 private:
  void TakeEnd(std::string_view type, JsonValue response, EventMeaning& meaning) {
    const bool failed = type == "response.failed";
    meaning.ends = failed || type == "response.completed" || type == "response.incomplete";
    if (!meaning.ends) return;
    const EventMembers members(response, guard_);
    finish_reason_ = members.Text("status").value_or("");
    if (const auto details = members.Object("incomplete_details")) {
      const auto reason = EventMembers(*details, guard_).Text("reason");
      if (reason) finish_reason_ = *reason;
    }
    tokens_ = ReadTokenCounts(members.Object("usage"), guard_);
    if (!failed) return;
    meaning.failure = FailureOf(response, {});
    if (meaning.failure.empty()) meaning.failure = "the response failed";
  }

  std::string Answer() {
    JsonObjectText answer;
    const auto document = Document::Parse(response_);
    if (document.ok()) {
      const JsonValue response = (*document)->root();
      const std::optional<JsonValue> output = response.Find("output");
      if (items_.empty() || (finished() && output && output->size() > 0)) return response_;
      KeepMembers(response, Kept::kFirst, {}, answer, guard_);
    } else {
      answer.SetString("object", "response");
      answer.SetString("status", "in_progress");
    }
    answer.Set("output", items_.Items().Text());
    return answer.Text();
  }

  bool finished() const { return !finish_reason_.empty(); }

  ResponseItems items_;
  std::string response_;  // the last one an event brought, as JSON
  std::string finish_reason_;
  TokenCounts tokens_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeOpenAiResponses(ContentMode) {
  return std::make_unique<OpenAiResponses>();
}

}  // namespace understudy
