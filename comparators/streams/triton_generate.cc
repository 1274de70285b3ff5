// Triton's generate_stream: `text_output` is joined, or is the last one where events repeat all so
// far; all other members are those of the last event. The protocol has no sign of the end: a stream
// is whole when it ends behind an event.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/content_text.h"
#include "comparators/streams/last_object.h"

namespace understudy {
namespace {

class TritonGenerate final : public StreamAssembly {
 public:
  explicit TritonGenerate(ContentMode mode) : reading_(mode) {}

  EventMeaning Add(JsonValue value, const StreamEvent& event) override {
    const std::optional<std::string_view> text = EventMembers(value, guard_).Text("text_output");
    last_.Take(event);
    has_events_ = true;
    has_text_ = has_text_ || text;
    text_.Add(text.value_or(""), reading_, guard_);
    return {.has_token = text && !text->empty()};
  }

  AssembledAnswer Finish() override {
    JsonObjectText answer = last_.Members({}, guard_);
    if (has_text_) answer.SetString("text_output", text_.Text(reading_));
    return {answer.Text(), "", {}, has_events_};
  }

 private:
  ContentReading reading_;
  LastObject last_;
  ContentText text_;
  bool has_text_ = false;
  bool has_events_ = false;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeTritonGenerate(ContentMode mode) {
  return std::make_unique<TritonGenerate>(mode);
}

}  // namespace understudy
