// A kept answer cut into the parts that comparators take.
//
// Threads: one compare thread's. Ownership: Answer() has views into the exchange and into this; the
// memory is used again for the next one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/model/message.h"
#include "proxy/wire/exchange.h"

namespace understudy {

// Texts that are used again keep their memory up to a bound.
inline void TrimText(std::string& text) {
  static constexpr std::size_t kKept = 256u << 10;
  if (text.capacity() > kKept) std::string().swap(text);
}

class OpenedAnswer {
 public:
  // `method` of the request. False: the bytes are no whole answer.
  bool Open(const Exchange& exchange, std::string_view method);
  // An exchange with the bytes of the one that `other` has opened, which are not read again:
  // `other` and its exchange are needed as long as Answer() is used.
  void OpenLike(const OpenedAnswer& other, const Exchange& exchange);
  const RawAnswer& Answer() const { return answer_; }
  // Lets go of what a large answer took.
  void Trim() {
    for (std::string* text : {&head_text_, &body_text_, &payload_text_}) TrimText(*text);
  }

 private:
  void OpenTrailers();
  void ReadTimes(const Exchange& exchange);

  std::string head_text_, body_text_, payload_text_, trailer_text_;
  AnswerHead head_;
  std::vector<HeaderField> trailer_fields_;
  std::vector<AnswerHeader> headers_, trailers_;
  std::vector<AnswerArrival> arrivals_;
  AnswerTiming timing_;
  RawAnswer answer_;
};

}  // namespace understudy
