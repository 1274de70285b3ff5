// Answers of every framing.
#include "test/property/serving/planned_answer.h"

#include "test/property/serving/chance.h"

namespace understudy {

PlannedAnswer AnswerTo(std::string_view id, std::string_view method, bool may_close_unsaid) {
  Chance chance(id);
  PlannedAnswer answer;
  static constexpr int kStatuses[] = {200, 200, 200, 201, 204, 304, 404, 500, 503};
  answer.status = kStatuses[chance.Below(std::size(kStatuses))];
  answer.interim = chance.OneIn(12);
  answer.payload = chance.Payload(20'000);
  const bool bodiless = method == "HEAD" || answer.status == 204 || answer.status == 304;
  if (bodiless) answer.payload.clear();
  switch (chance.Below(8)) {
    case 0:
      answer.ending = Ending::kSaid;
      break;
    case 1:
      answer.ending = may_close_unsaid ? Ending::kUnsaid : Ending::kKept;
      break;
    case 2:
      answer.ending = bodiless ? Ending::kKept : Ending::kUntilEnd;
      break;
    default:
      break;
  }
  answer.chunked = answer.ending != Ending::kUntilEnd && answer.status != 204 && chance.OneIn(2);
  if (answer.chunked && !bodiless && chance.OneIn(3))
    answer.trailers = "X-Sum: 1\r\nX-More:  two \r\n";

  if (may_close_unsaid && chance.OneIn(30)) {
    answer.ending = Ending::kNoAnswer;
    return answer;
  }

  std::string& wire = answer.wire;
  if (answer.interim) wire += "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
  wire += "HTTP/1.1 " + std::to_string(answer.status) + " Reason\r\nx-id: " + std::string(id) +
          "\r\nX-Hop: gone\r\nConnection: x-hop\r\nx-understudy-arm: forged\r\n";
  if (answer.ending == Ending::kSaid) wire += "Connection: close\r\n";
  if (answer.chunked) {
    wire += "Transfer-Encoding: chunked\r\n";
  } else if (answer.ending != Ending::kUntilEnd && answer.status != 204) {
    // HEAD and 304 may say how long the body would have been.
    wire +=
        "Content-Length: " + std::to_string(bodiless ? chance.Below(5000) : answer.payload.size()) +
        "\r\n";
  }
  wire += "\r\n";
  if (!bodiless) {
    wire += answer.chunked ? chance.Chunked(answer.payload, answer.trailers) : answer.payload;
  }
  // An answer nobody asked for: whoever takes it for the next request's gives a client another's.
  if (answer.ending == Ending::kKept && chance.OneIn(12)) {
    wire += "HTTP/1.1 200 OK\r\nx-id: nobody's\r\nContent-Length: 0\r\n\r\n";
  }
  return answer;
}

}  // namespace understudy
