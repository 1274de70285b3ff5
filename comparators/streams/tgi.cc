// Text Generation Inference: the tokens of generate_stream make the answer of generate. The text is
// the last event's `generated_text`, and of a stream that was cut the tokens that are not special;
// `details` is that of the last event with all tokens.
#include "comparators/streams/assemblies.h"
#include "comparators/streams/event_members.h"

namespace understudy {
namespace {

class Tgi final : public StreamAssembly {
 public:
  EventMeaning Add(JsonValue value, const StreamEvent&) override {
    const EventMembers members(value, guard_);
    EventMeaning meaning;
    if (const auto token = members.Object("token")) meaning.has_token = TakeToken(*token);
    if (const auto details = members.Object("details")) TakeDetails(*details);
    if (const auto text = members.Text("generated_text")) {
      generated_text_.clear();
      Append(*text, generated_text_, guard_);
      meaning.ends = true;
    }
    return meaning;
  }

  AssembledAnswer Finish() override {
    JsonObjectText answer;
    answer.SetString("generated_text", generated_text_);
    if (has_details_) {
      details_.Set("tokens", tokens_.Text());
      answer.Set("details", details_.Text());
    }
    return {answer.Text(), finish_reason_, counts_, false};
  }

 private:
  bool TakeToken(JsonValue token) {
    const EventMembers members(token, guard_);
    Append(token, tokens_, guard_);
    const std::string_view text = members.Text("text").value_or("");
    if (members.True("special")) return false;
    Append(text, generated_text_, guard_);
    return !text.empty();
  }

  void TakeDetails(JsonValue details) {
    const EventMembers members(details, guard_);
    has_details_ = true;
    KeepMembers(details, Kept::kLast, {}, details_, guard_);
    finish_reason_ = members.Text("finish_reason").value_or("");
    counts_ = {members.Count("input_length"), members.Count("generated_tokens")};
  }

  std::string generated_text_;
  JsonArrayText tokens_;
  bool has_details_ = false;
  JsonObjectText details_;
  std::string finish_reason_;
  TokenCounts counts_;
};

}  // namespace

std::unique_ptr<StreamAssembly> MakeTgi(ContentMode) { return std::make_unique<Tgi>(); }

}  // namespace understudy
