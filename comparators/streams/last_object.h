// The last object of a stream whose protocol says there what holds for the whole answer: its
// members are those of the answer, but for the texts that are put together.
//
// Threads: one.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "comparators/streams/event_members.h"
#include "comparators/streams/event_reader.h"
#include "comparators/streams/json_text.h"

namespace understudy {

class LastObject {
 public:
  // The event's data has been read and is JSON.
  void Take(const StreamEvent& event) { text_ = event.data; }
  // The members of the last one but for those named.
  JsonObjectText Members(std::initializer_list<std::string_view> without,
                         AssemblyGuard& guard) const;

 private:
  std::string text_;
};

}  // namespace understudy
