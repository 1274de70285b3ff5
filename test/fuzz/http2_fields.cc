// Lists of header fields as an HTTP/2 peer may send them: what is read of a head, or of trailers,
// is what was sent, in its order, and nothing besides. The input is a byte (1: an answer's, 2: no
// body, 4: trailers follow), then names and values in turn, each up to a zero byte; an empty name
// begins the trailers.
#include "test/support/http2_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "proxy/wire/http1_head.h"
#include "proxy/wire/http1_syntax.h"
#include "proxy/wire/http2_session.h"
#include "test/fuzz/fuzz.h"
#include "test/support/http2_frames.h"

namespace understudy {
namespace {

constexpr Http2BlockLimits kBlocks{4096, 24};
constexpr HeadLimits kHeads{16384, 40};

Http2Fields Take(Choices& input) {
  Http2Fields fields;
  while (!input.Empty()) {
    std::string name(input.Until('\0'));
    if (name.empty()) break;
    fields.emplace_back(std::move(name), input.Until('\0'));
  }
  return fields;
}

// HEADERS of the first stream.
std::string Headers(const Http2Fields& fields, bool ends) {
  const std::vector<nghttp2_nv> values = Http2Values(fields);
  nghttp2_hd_deflater* deflater = nullptr;
  Require(nghttp2_hd_deflate_new(&deflater, 0) == 0, "there is memory");
  std::string block(nghttp2_hd_deflate_bound(deflater, values.data(), values.size()), '\0');
  const ssize_t size =
      nghttp2_hd_deflate_hd(deflater, reinterpret_cast<std::uint8_t*>(block.data()), block.size(),
                            values.data(), values.size());
  nghttp2_hd_deflate_del(deflater);
  Require(size >= 0, "any list can be encoded");
  block.resize(static_cast<std::size_t>(size));
  return frames::Frame(frames::kHeaders, ends ? frames::kWhole : frames::kEndHeaders, 1, block);
}

// Made here, or put together of several.
bool IsMade(std::string_view name) {
  constexpr std::array<std::string_view, 8> kMade = {
      "host",       "cookie",  "content-length",    "transfer-encoding",
      "connection", "upgrade", "sec-websocket-key", "grpc-message"};
  return std::find(kMade.begin(), kMade.end(), name) != kMade.end();
}

// Some may be left out, none may be added or changed.
void RequireSent(const std::vector<HeaderField>& read, const Http2Fields& sent) {
  auto next = sent.begin();
  for (const HeaderField& field : read) {
    if (IsMade(field.name)) continue;
    // Blanks around a value are none of it.
    next = std::find_if(next, sent.end(), [&](const auto& one) {
      return one.first == field.name && syntax::TrimOws(one.second) == field.value;
    });
    Require(next != sent.end(), "each field that is read was sent");
    ++next;
  }
}

bool Sent(const Http2Fields& fields, std::string_view name, std::string_view value) {
  return std::find(fields.begin(), fields.end(),
                   std::pair(std::string(name), std::string(value))) != fields.end();
}

class Peer : public Http2Session::Events {
 public:
  Peer(Http2Session::Side side, const Http2Fields& head, const Http2Fields& trailers)
      : session(side, *this, Http2Limits(), kBlocks),
        is_server_(side == Http2Session::Side::kServer),
        head_(head),
        trailers_(trailers) {}

  void OnHead(std::int32_t stream, void*, Http2Block& block, bool ends) override {
    session.SetObject(stream, this);
    if (block.TooLarge() || block.TwoHosts()) return;
    return is_server_ ? Request(block.RequestHead(ends)) : Answer(block, block.AnswerHead(ends));
  }
  void OnEnd(void*, std::string_view trailers) override {
    std::vector<HeaderField> read;
    const std::string lines = std::string(trailers) + "\r\n";
    if (ParseFields(lines, 100, read)) return;
    RequireSent(read, trailers_);
  }
  void OnData(void*, std::string_view) override {}
  void OnClosed(std::int32_t, void*, std::uint32_t) override {}
  void OnSent(void*, std::size_t) override {}
  void OnSentEnd(std::int32_t, void*) override {}
  void OnGoAway(std::int32_t) override {}

  Http2Session session;

 private:
  void Request(std::string_view text) const {
    RequestHead request;
    if (ParseRequestHead(text, kHeads, request)) return;
    Require(Sent(head_, ":method", request.method) || Sent(head_, ":method", "CONNECT"),
            "the method is the one that was sent");
    Require(Sent(head_, ":path", request.target) || Sent(head_, ":authority", request.target),
            "the target is the one that was sent");
    RequireSent(request.fields, head_);
  }
  void Answer(const Http2Block& block, std::string_view text) const {
    AnswerHead answer;
    if (ParseAnswerHead(text, kHeads, "GET", answer)) return;
    Require(
        answer.status == block.Status() && Sent(head_, ":status", std::to_string(answer.status)),
        "the status is the one that was sent");
    RequireSent(answer.fields, head_);
  }

  const bool is_server_;
  const Http2Fields& head_;
  const Http2Fields& trailers_;
};

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const std::uint8_t form = input.Byte();
  const bool answer = (form & 1) != 0, bodiless = (form & 2) != 0, trailed = (form & 4) != 0;
  const Http2Fields head = Take(input);
  const Http2Fields trailers = Take(input);
  Peer peer(answer ? Http2Session::Side::kClient : Http2Session::Side::kServer, head, trailers);
  std::string out;
  if (answer) {
    const std::array asked = {Http2Field(":method", "GET"), Http2Field(":scheme", "http"),
                              Http2Field(":authority", "a"), Http2Field(":path", "/")};
    peer.session.SubmitRequest(asked, nullptr, &peer);
    peer.session.Produce(out, 1u << 20);
  }
  std::string bytes = answer ? "" : frames::kPreface;
  bytes += frames::Frame(frames::kSettings, 0, 0) + Headers(head, bodiless);
  if (trailed) bytes += Headers(trailers, true);
  peer.session.Receive(bytes, SteadyTime());
  peer.session.Produce(out, 1u << 20);
  return 0;
}
