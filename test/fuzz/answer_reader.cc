// The HTTP/1.1 answer reader: every cut of an upstream's bytes gives the same answer, and what a
// client gets of it reads as that answer and nothing else.
#include <algorithm>
#include <string>
#include <vector>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/field_rules.h"
#include "proxy/wire/head_writer.h"
#include "proxy/wire/http1_head.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

struct SeenAnswer {
  bool refused = false;
  bool whole = false;
  AnswerHead head;  // views into `bytes`
  std::string payload;
  std::string bytes;
  std::size_t used = 0;  // of the bytes given; until-close bodies use all
};

// Reads one answer as proxy/wire/send.cc does: interim answers are skipped.
class AnswerReader {
 public:
  AnswerReader(std::string_view method, HeadLimits limits) : method_(method), limits_(limits) {}

  void Give(std::string_view piece) {
    if (in_body_) return Body(piece);
    if (seen_.refused) return;
    seen_.bytes.append(piece);
    while (!in_body_ && !seen_.refused) {
      const std::string_view rest = std::string_view(seen_.bytes).substr(begin_);
      if (rest.empty()) return;
      const HeadScanner::State state = scanner_.Scan(rest, limits_);
      if (state == HeadScanner::State::kNeedMore) return;
      const std::string head(rest.substr(0, scanner_.HeadBytes()));
      seen_.refused = state == HeadScanner::State::kBad ||
                      ParseAnswerHead(rest.substr(0, head.size()), limits_, method_, seen_.head) ||
                      seen_.head.status == 101;
      if (seen_.refused) return;
      begin_ += head.size();
      scanner_.Reset();
      if (seen_.head.status >= 200) EndOfHeads(head);
    }
  }
  const SeenAnswer& Seen() {
    seen_.whole = in_body_ && (body_.Done() || body_.UntilClose());
    return seen_;
  }

 private:
  void EndOfHeads(const std::string& head) {
    in_body_ = true;
    const std::string rest = seen_.bytes.substr(begin_);
    seen_.bytes = head;
    ParseAnswerHead(seen_.bytes, limits_, method_, seen_.head);
    body_ = BodyScanner(seen_.head.framing, seen_.head.content_length);
    seen_.used = begin_;
    Body(rest);
  }
  void Body(std::string_view piece) {
    seen_.used += body_.Scan(piece, [this](std::string_view p) { seen_.payload.append(p); });
    if (!body_.Bad()) return;
    seen_.refused = true;
    // How much of a bad body was passed on before depends on the reads.
    seen_.payload.clear();
    seen_.used = 0;
  }

  const std::string method_;
  const HeadLimits limits_;
  HeadScanner scanner_;
  BodyScanner body_;
  std::size_t begin_ = 0;
  bool in_body_ = false;
  SeenAnswer seen_;
};

std::vector<std::pair<std::string_view, std::string_view>> EndToEnd(const AnswerHead& head,
                                                                    bool length) {
  const NominatedFields nominated(head.fields);
  std::vector<std::pair<std::string_view, std::string_view>> kept;
  for (const HeaderField& field : head.fields) {
    const bool is_length = NameIs(field.name, "content-length");
    if (IsHopByHop(field.name) || MeansPrefix(field.name, "x-understudy-")) continue;
    if (is_length ? !length : nominated.Has(field.name)) continue;
    kept.emplace_back(field.name, field.value);
  }
  return kept;
}

void RequireSameInEveryCut(std::string_view raw, std::string_view method, const SeenAnswer& whole) {
  Chance chance(raw);
  for (int round = 0; round < 3; ++round) {
    AnswerReader reader(method, {2048, 24});
    for (const std::string_view piece : RandomPieces(raw, chance)) reader.Give(piece);
    const SeenAnswer& seen = reader.Seen();
    Require(seen.refused == whole.refused && seen.whole == whole.whole && seen.used == whole.used &&
                seen.payload == whole.payload,
            "an answer reads the same however it is cut");
  }
}

void RequireSameForTheClient(const SeenAnswer& answer, std::string_view method) {
  AnswerRewrite rewrite;
  rewrite.chunk = answer.head.framing == Framing::kUntilClose;
  rewrite.date = "Thu, 01 Jan 1970 00:00:00 GMT";
  std::string wire;
  WriteAnswerHead(answer.head, rewrite, wire);
  const bool chunked = rewrite.chunk || answer.head.framing == Framing::kChunked;
  if (chunked && !answer.payload.empty()) {
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", answer.payload.size());
    wire.append(size).append(answer.payload).append("\r\n");
  } else {
    wire += answer.payload;
  }
  if (chunked) wire += "0\r\n\r\n";
  const std::size_t length = wire.size();
  wire += "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  AnswerReader reader(method, {64u << 10, 100});
  reader.Give(wire);
  const SeenAnswer& again = reader.Seen();
  Require(!again.refused && again.whole && again.used == length,
          "an answer for the client ends where its upstream's ended");
  Require(again.head.status == answer.head.status && again.head.reason == answer.head.reason &&
              again.payload == answer.payload,
          "an answer for the client keeps its status, reason and payload");
  Require(again.head.framing == (chunked ? Framing::kChunked : answer.head.framing),
          "only a body that ends with the connection changes its framing");
  auto fields = EndToEnd(again.head, true);
  auto expected = EndToEnd(answer.head, answer.head.status != 204);
  const bool dated = std::any_of(expected.begin(), expected.end(),
                                 [](const auto& field) { return NameIs(field.first, "date"); });
  if (!dated) expected.emplace_back("Date", rewrite.date);
  Require(fields == expected, "end-to-end fields reach the client unchanged and in order");
}

void Take(std::string_view raw, std::string_view method) {
  AnswerReader reader(method, {2048, 24});
  reader.Give(raw);
  const SeenAnswer& whole = reader.Seen();
  RequireSameInEveryCut(raw, method, whole);
  if (!whole.refused && whole.whole) RequireSameForTheClient(whole, method);
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  for (const std::string_view method : {"POST", "HEAD"}) Take(TextOf(data, size), method);
  return 0;
}
