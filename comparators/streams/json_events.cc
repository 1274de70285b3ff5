// Any other stream: {"events": [...]} with the data of all events in order, as a text where it is
// no JSON. An event of the type "error" is a failure. There is no sign of the end: a stream is
// whole when it ends behind an event.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/event_members.h"
#include "comparators/text.h"

namespace understudy {
namespace {

class JsonEvents final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    Append(value, events_, guard_);
    return Meaning(event);
  }

  EventMeaning AddText(const StreamEvent& event) override {
    const std::string json = QuotedJson(event.data);
    guard_.Use(AssemblyBound::kText, json.size());
    events_.Add(json);
    return Meaning(event);
  }

  AssembledAnswer Finish() override {
    JsonObjectText answer;
    answer.Set("events", events_.Text());
    return {answer.Text(), "", {}, !events_.empty()};
  }

 private:
  static EventMeaning Meaning(const StreamEvent& event) {
    EventMeaning meaning{.has_token = true};
    if (event.type == "error") meaning.failure = ShownText(event.data);
    return meaning;
  }

  JsonArrayText events_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeJsonEvents(ContentMode) {
  return std::make_unique<JsonEvents>();
}

}  // namespace understudy
