// Frames of an HTTP/2 client: every cut of a connection's bytes gives the same requests, bodies and
// ends; a request that is accepted reads as HTTP/1.1 and as nothing more; and a peer that breaks
// the protocol or its budgets is told so and heard no more.
#include <map>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http1_head.h"
#include "proxy/wire/http2_session.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr Http2BlockLimits kBlocks{4096, 24};

Http2Limits Small() {
  Http2Limits limits;
  limits.streams = 8;
  limits.stream_window = 16u << 10;
  limits.connection_window = 64u << 10;
  limits.resets = 10;
  limits.control_frames = 20;
  return limits;
}

// What one stream brought.
struct Seen {
  std::int32_t stream = 0;
  std::string head;
  bool refused = false;
  bool ended = false;
  bool closed = false;
  RequestHead request;
  Http2Incoming incoming;
  InputBuffer body;
  Http2Outgoing answer;
};

class Server : public Http2Session::Events {
 public:
  Server() : session(Http2Session::Side::kServer, *this, Small(), kBlocks) {}

  // Answers each request at its head, so that frames go both ways.
  void OnHead(std::int32_t stream, void* object, Http2Block& block, bool ends) override {
    Require(object == nullptr, "a stream has one head");
    Seen& seen = all[stream];
    Require(seen.stream == 0, "a stream's number is used once");
    seen.stream = stream;
    session.SetObject(stream, &seen);
    seen.ended = ends;
    seen.refused = block.TooLarge() || block.TwoHosts();
    if (!seen.refused) seen.head = block.RequestHead(ends);
    seen.refused = seen.refused ||
                   ParseRequestHead(seen.head, {seen.head.size(), 30}, seen.request).has_value();
    if (!seen.refused) RequireOneHead(seen.head);
    seen.incoming.Begin(!seen.refused && seen.request.framing == Framing::kChunked);
    const nghttp2_nv status = Http2Field(":status", "200");
    seen.answer.AppendPayload("answer");
    seen.answer.End();
    session.SubmitAnswer(stream, {&status, 1}, &seen.answer);
  }
  void OnData(void* object, std::string_view payload) override {
    auto& seen = *static_cast<Seen*>(object);
    Require(!seen.ended && !seen.closed, "data comes before a stream's end");
    seen.incoming.Data(payload);
    payload_bytes[seen.stream] += payload;
    session.TakeOff(seen.stream, payload.size());
    session.TakeOffConnection(payload.size());
  }
  void OnEnd(void* object, std::string_view trailers) override {
    auto& seen = *static_cast<Seen*>(object);
    Require(!seen.ended, "a body ends once");
    seen.ended = true;
    seen.incoming.End(trailers);
    seen.incoming.MoveInto(seen.body);
    if (!seen.refused) RequireWholeBody(seen);
  }
  void OnClosed(std::int32_t, void* object, std::uint32_t) override {
    static_cast<Seen*>(object)->closed = true;
  }
  void OnSent(void*, std::size_t) override {}
  void OnSentEnd(std::int32_t, void*) override {}
  void OnGoAway(std::int32_t) override { left_ = true; }

  // What every cut has to agree on.
  std::string Story() const {
    // nghttp2 reads what comes behind a client's GOAWAY in the same piece, and no other piece.
    if (left_) return "left";
    // Of two faults in one piece the session names the one whose frame's head it sees first, and
    // nghttp2 the one whose payload it reads first.
    std::string story = session.Fault() == Http2Fault::kNone ? "no fault" : "a fault";
    for (const auto& [stream, seen] : all) {
      story += "\n" + std::to_string(stream) + (seen.refused ? " refused " : " ") + seen.head +
               (seen.ended ? " ended " : " ");
      const auto body = payload_bytes.find(stream);
      // Of a body that breaks off, how much came before that was seen depends on the cut.
      if (seen.ended && body != payload_bytes.end()) story += body->second;
    }
    return story;
  }

  std::map<std::int32_t, Seen> all;
  std::map<std::int32_t, std::string> payload_bytes;
  Http2Session session;

 private:
  bool left_ = false;

  static void RequireOneHead(std::string_view head) {
    HeadScanner scanner;
    Require(scanner.Scan(head, {head.size() + 1, 40}) == HeadScanner::State::kFound &&
                scanner.HeadBytes() == head.size(),
            "a head that was made ends where it was made to end");
  }
  void RequireWholeBody(const Seen& seen) const {
    BodyScanner scanner(seen.request.framing, seen.request.content_length, true);
    std::string payload;
    const std::string_view wire = seen.body.Bytes();
    const std::size_t taken =
        scanner.Scan(wire, [&payload](std::string_view piece) { payload.append(piece); });
    const auto sent = payload_bytes.find(seen.stream);
    Require(scanner.Done() && taken == wire.size() &&
                payload == (sent == payload_bytes.end() ? std::string() : sent->second),
            "a body that ended is whole, and all there is");
  }
};

struct Played {
  Http2Fault fault;
  std::string story;
};

Played Play(const std::vector<std::string_view>& pieces) {
  Server server;
  std::string out;
  bool open = true;
  for (const std::string_view piece : pieces) {
    if (server.session.Fault() != Http2Fault::kNone) break;
    open = server.session.Receive(piece, SteadyTime());
  }
  server.session.Produce(out, 1u << 20);
  Require(open || server.session.Fault() != Http2Fault::kNone || !out.empty(),
          "who is heard no more is told so");
  return {server.session.Fault(), server.Story()};
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  // Every input begins as a connection does.
  std::string raw = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  raw.append("\0\0\0\4\0\0\0\0\0", 9);
  raw.append(TextOf(data, size));
  const Played whole = Play({raw});
  Chance chance(raw);
  for (int round = 0; round < 4; ++round) {
    const Played cut = Play(RandomPieces(raw, chance));
    // nghttp2 counts each piece of a CONTINUATION's own head as another one, so that what is cut
    // very small may be refused as a flood.
    if (cut.fault == Http2Fault::kHeaders && whole.fault != Http2Fault::kHeaders) continue;
    if (cut.story != whole.story) {
      std::fprintf(stderr, "whole: %s\ncut: %s\n", whole.story.c_str(), cut.story.c_str());
    }
    Require(cut.story == whole.story, "frames read the same however they are cut");
  }
  return 0;
}
