// The output items of a streamed OpenAI response: messages with their content parts, reasoning with
// its summary, calls with their arguments.
//
// An event belongs to the item with its `output_index`; without one to the item with its `item_id`;
// without both to the last item. What an item, a part or a text is once it is done replaces what
// was put together of it.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "comparators/document.h"
#include "comparators/streams/assembly_guard.h"
#include "comparators/streams/event_members.h"
#include "comparators/streams/json_text.h"

namespace understudy {

class ResponseItems {
 public:
  // Takes an event of the given type; types that concern no item are passed over. Returns whether
  // something was generated.
  bool Take(std::string_view type, JsonValue event, AssemblyGuard& guard);
  bool empty() const { return items_.empty(); }
  JsonArrayText Items() const;

 private:
  struct Part {
    std::string Text() const;

    JsonObjectText members;
    std::string_view text_key;  // empty: no text has come
    std::string text;
    std::string done;  // the whole part as JSON, once it is
  };
  using Parts = std::map<std::uint64_t, Part>;
  struct Item {
    std::string Text() const;

    JsonObjectText members;
    Parts content;
    Parts summary;
    std::string_view text_key;
    std::string text;
    std::string done;
  };
  struct TextRule;

  static const TextRule* FindTextRule(std::string_view type);
  bool TakeItem(JsonValue event, bool is_done, AssemblyGuard& guard);
  void TakePart(JsonValue event, bool in_summary, bool is_done, AssemblyGuard& guard);
  bool TakeText(const TextRule& rule, JsonValue event, bool is_done, AssemblyGuard& guard);
  Item& ItemOf(JsonValue event, std::string_view id, bool may_be_new, AssemblyGuard& guard);
  Part& PartOf(Item& item, JsonValue event, bool in_summary, AssemblyGuard& guard);

  std::map<std::uint64_t, Item> items_;  // by output_index, or in the order of their events
  std::map<std::string, std::uint64_t, std::less<>> by_id_;
  std::uint64_t last_ = 0;
};

}  // namespace understudy
