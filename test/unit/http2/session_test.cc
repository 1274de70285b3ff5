// Two sessions over memory.
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "proxy/wire/http2_session.h"
#include "test/support/http2_frames.h"

using namespace understudy;
using namespace understudy::frames;

namespace {

// One stream as a side sees it.
struct Half {
  std::string head;
  std::string body;
  std::string trailers;
  bool ended = false;
  bool sent_end = false;
  std::optional<std::uint32_t> closed;
  Http2Outgoing outgoing;
};

class Peer : public Http2Session::Events {
 public:
  explicit Peer(Http2Session::Side side, const Http2Limits& limits = {})
      : server(side == Http2Session::Side::kServer), session(side, *this, limits, {}) {}

  void OnHead(std::int32_t stream, void*, Http2Block& block, bool ends) override {
    Half& half = halves[stream];
    if (server) session.SetObject(stream, &half);
    half.head = server ? block.RequestHead(ends) : block.AnswerHead(ends);
    half.ended = ends;
  }
  void OnData(void* object, std::string_view payload) override { Of(object).body += payload; }
  void OnEnd(void* object, std::string_view trailers) override {
    Of(object).ended = true;
    Of(object).trailers = trailers;
  }
  void OnClosed(std::int32_t, void* object, std::uint32_t code) override {
    Of(object).closed = code;
  }
  void OnSent(void*, std::size_t) override {}
  void OnSentEnd(std::int32_t, void* object) override { Of(object).sent_end = true; }
  void OnGoAway(std::int32_t last_stream) override { last_streams.push_back(last_stream); }
  void OnPong() override { ++pongs; }

  std::int32_t Ask(Half& half, std::string_view body) {
    const std::vector<nghttp2_nv> fields = {
        Http2Field(":method", "POST"), Http2Field(":scheme", "http"), Http2Field(":authority", "a"),
        Http2Field(":path", "/x")};
    half.outgoing.AppendPayload(body);
    half.outgoing.End();
    return session.SubmitRequest(fields, body.empty() ? nullptr : &half.outgoing, &half);
  }
  // `framed` as HTTP/1.1 has it in chunks.
  void Answer(std::int32_t stream, std::string_view framed) {
    Half& half = halves[stream];
    half.outgoing.Begin(Framing::kChunked, 0);
    half.outgoing.Append(framed);
    const nghttp2_nv status = Http2Field(":status", "200");
    session.SubmitAnswer(stream, {&status, 1}, &half.outgoing);
  }

  const bool server;
  std::map<std::int32_t, Half> halves;  // of a server
  std::vector<std::int32_t> last_streams;
  int pongs = 0;
  Http2Session session;

 private:
  static Half& Of(void* object) { return *static_cast<Half*>(object); }
};

struct Pair {
  // What one has to say, said to the other.
  static bool Tell(Peer& from, Peer& to, std::size_t most = 1u << 20) {
    std::string bytes;
    from.session.Produce(bytes, most);
    return bytes.empty() || to.session.Receive(bytes, SteadyTime());
  }
  void Talk() {
    for (int i = 0; i < 20; ++i) {
      Tell(client, server);
      Tell(server, client);
    }
  }

  Peer client{Http2Session::Side::kClient};
  Peer server{Http2Session::Side::kServer};
};

// A client that sends what it likes, and the frames that come back.
struct RawClient {
  explicit RawClient(const Http2Limits& limits = {}) : server(Http2Session::Side::kServer, limits) {
    Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0));
  }
  bool Send(const std::string& bytes) {
    const bool open = server.session.Receive(bytes, SteadyTime());
    std::string out;
    server.session.Produce(out, 1u << 20);
    while (out.size() >= 9) {
      const auto byte = [&out](std::size_t at) { return static_cast<unsigned char>(out[at]); };
      const std::size_t size = (byte(0) << 16 | byte(1) << 8 | byte(2)) + 9u;
      if (out[3] == 3) reset = byte(12);
      if (out[3] == 7) gone = byte(16);
      out.erase(0, size);
    }
    return open;
  }
  Peer server;
  std::optional<int> reset;  // code of the last RST_STREAM
  std::optional<int> gone;   // of GOAWAY
};

std::string Chunked(std::size_t bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes);
  return size + std::string(bytes, 'x') + "\r\n";
}

}  // namespace

TEST_CASE("a request and its answer pass, with body and trailers, and the stream is closed") {
  Pair pair;
  Half asked;
  const std::int32_t stream = pair.client.Ask(asked, "question");
  pair.Talk();
  REQUIRE(pair.server.halves.count(stream) == 1);
  const Half& seen = pair.server.halves[stream];
  CHECK(seen.head == "POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
  CHECK(seen.body == "question");
  CHECK(seen.ended);
  pair.server.Answer(stream, "6\r\nanswer\r\n0\r\nx-sum: 7\r\n\r\n");
  pair.Talk();
  CHECK(asked.body == "answer");
  CHECK(asked.trailers == "x-sum: 7\r\n");
  CHECK(asked.closed == 0u);
  CHECK(seen.closed == 0u);
  CHECK(seen.sent_end);
}

TEST_CASE("what is produced at a time is bounded, and streams take turns in it") {
  Pair pair;
  Half first, second;
  const std::int32_t one = pair.client.Ask(first, "");
  const std::int32_t two = pair.client.Ask(second, "");
  pair.Talk();
  pair.server.Answer(one, Chunked(500000) + "0\r\n\r\n");
  pair.server.Answer(two, Chunked(500000) + "0\r\n\r\n");
  std::string bytes;
  pair.server.session.Produce(bytes, 65536);
  CHECK(bytes.size() < 65536 + 16384 + 100);
  pair.client.session.Receive(bytes, SteadyTime());
  CHECK(first.body.size() >= 16384);
  CHECK(second.body.size() >= 16384);
}

TEST_CASE("a body that comes in parts goes out in parts, and its stream waits in between") {
  Pair pair;
  Half asked;
  const std::int32_t stream = pair.client.Ask(asked, "");
  pair.Talk();
  pair.server.Answer(stream, "3\r\nabc\r\n");
  pair.Talk();
  CHECK(asked.body == "abc");
  CHECK_FALSE(asked.ended);
  Half& answering = pair.server.halves[stream];
  answering.outgoing.Append("3\r\ndef\r\n0\r\n\r\n");
  pair.server.session.Resume(stream, answering.outgoing);
  pair.Talk();
  CHECK(asked.body == "abcdef");
  CHECK(asked.ended);
}

TEST_CASE("a stream whose object is gone is reset, and its body is not touched") {
  Pair pair;
  Half asked;
  const std::int32_t stream = pair.client.Ask(asked, "");
  pair.Talk();
  pair.server.Answer(stream, "3\r\nabc\r\n");
  pair.server.session.SetObject(stream, nullptr);
  pair.Talk();
  CHECK(asked.body.empty());
  REQUIRE(asked.closed);
  CHECK(asked.closed != 0u);
}

TEST_CASE("who is given up on is told, and heard no more") {
  Pair pair;
  pair.Talk();
  pair.server.session.GiveUp(Http2Fault::kResets, NGHTTP2_ENHANCE_YOUR_CALM);
  Half asked;
  pair.client.Ask(asked, "");
  CHECK_FALSE(Pair::Tell(pair.client, pair.server));
  CHECK(pair.server.halves.empty());
  Pair::Tell(pair.server, pair.client);
  CHECK(pair.client.last_streams == std::vector<std::int32_t>{0});
}

TEST_CASE("a drain names no stream first, and the last one once its PING is answered") {
  Pair pair;
  Half asked;
  const std::int32_t stream = pair.client.Ask(asked, "");
  pair.Talk();
  pair.server.session.BeginDrain();
  pair.Talk();
  CHECK(pair.server.pongs == 1);
  pair.server.session.EndDrain();
  pair.server.Answer(stream, "0\r\n\r\n");
  pair.Talk();
  CHECK(pair.client.last_streams == std::vector<std::int32_t>{0x7fffffff, stream});
  CHECK(asked.ended);
}

TEST_CASE("a window that is not given back holds the sender, and no other stream") {
  Http2Limits limits;
  limits.stream_window = 20000;
  Peer client(Http2Session::Side::kClient), server(Http2Session::Side::kServer, limits);
  const auto talk = [&] {
    for (int i = 0; i < 20; ++i) {
      Pair::Tell(client, server);
      Pair::Tell(server, client);
    }
  };
  talk();
  Half large, small;
  const std::int32_t one = client.Ask(large, std::string(50000, 'x'));
  const std::int32_t two = client.Ask(small, "small");
  talk();
  CHECK(server.halves[one].body.size() == 20000);
  CHECK(server.halves[two].ended);
  server.session.TakeOff(one, 20000);
  talk();
  CHECK(server.halves[one].body.size() == 40000);
}

TEST_CASE("a frame on a stream that its client ended or reset is against the protocol") {
  RawClient client;
  REQUIRE(client.Send(Frame(1, kWhole, 1, kGet)));
  const bool reset = GENERATE(false, true);
  if (reset) {
    client.Send(Frame(3, 0, 1, std::string("\0\0\0\x08", 4)));
  } else {
    client.server.Answer(1, "0\r\n\r\n");
    client.Send(Frame(6, 0, 0, "12345678"));
  }
  REQUIRE(client.server.halves[1].closed);
  const bool long_ago = GENERATE(false, true);
  for (std::int32_t stream = 3; long_ago && stream < 600; stream += 2) {
    REQUIRE(client.Send(Frame(1, kWhole, stream, kGet)));
    client.server.Answer(stream, "0\r\n\r\n");
    REQUIRE(client.Send(Frame(6, 0, 0, "12345678")));
  }
  const bool data = GENERATE(false, true);
  if (data) {
    CHECK(client.Send(Frame(0, 0, 1, "late")));
    CHECK(client.reset == NGHTTP2_STREAM_CLOSED);
  } else {
    CHECK_FALSE(client.Send(Frame(1, kWhole, 1, kGet)));
    CHECK(client.gone == NGHTTP2_STREAM_CLOSED);
  }
}

TEST_CASE("streams' numbers rise") {
  RawClient client;
  REQUIRE(client.Send(Frame(1, kWhole, 5, kGet)));
  CHECK_FALSE(client.Send(Frame(1, kWhole, 3, kGet)));
  CHECK(client.gone == NGHTTP2_PROTOCOL_ERROR);
  CHECK(client.server.halves.size() == 1);
}

TEST_CASE("what a client sent before it knew that its stream was reset is passed over") {
  RawClient client;
  REQUIRE(client.Send(Frame(1, 4, 1, kGet)));
  client.server.session.Reset(1, NGHTTP2_CANCEL);
  REQUIRE(client.Send(Frame(6, 0, 0, "12345678")));
  REQUIRE(client.server.halves[1].closed);
  CHECK(client.reset == NGHTTP2_CANCEL);
  client.reset.reset();
  for (int i = 0; i < 60; ++i) CHECK(client.Send(Frame(0, 0, 1, std::string(16384, 'x'))));
  CHECK(client.Send(Frame(1, kWhole, 1, "\x88")));
  CHECK_FALSE(client.reset);
  CHECK_FALSE(client.gone);
  CHECK(client.server.halves[1].body.empty());
}

TEST_CASE("what comes on streams that were reset is bounded by what their windows allowed") {
  Http2Limits limits;
  limits.stream_window = 65536;
  limits.control_frames = 100;
  RawClient client(limits);
  REQUIRE(client.Send(Frame(1, 4, 1, kGet)));
  client.server.session.Reset(1, NGHTTP2_CANCEL);
  int sent = 0;
  while (sent < 1000 && client.Send(Frame(0, 0, 1, std::string(16384, 'x')))) ++sent;
  CHECK(sent > 100);
  CHECK(sent < 150);
  CHECK(client.gone == NGHTTP2_ENHANCE_YOUR_CALM);
  CHECK(client.server.session.Fault() == Http2Fault::kControlFrames);
}

TEST_CASE("frames read the same however they are cut") {
  const std::string bytes = Frame(6, 0, 0, "12345678") + Frame(1, kWhole, 1, kGet) +
                            Frame(1, 4, 3, kGet) + Frame(0, 0, 3, "abc") + Frame(0, 1, 3, "def") +
                            Frame(3, 0, 1, std::string("\0\0\0\x08", 4)) + Frame(0, 0, 1, "late");
  for (std::size_t piece = 1; piece < 30; ++piece) {
    RawClient client;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      REQUIRE(client.Send(bytes.substr(at, piece)));
    }
    CHECK(client.server.halves[3].body == "abcdef");
    CHECK(client.server.halves.size() == 2);
    CHECK(client.reset == NGHTTP2_STREAM_CLOSED);
  }
}

TEST_CASE(
    "a request before a frame that ends the connection is read, in one piece with it or not") {
  const std::string request = Frame(1, kWhole, 1, kGet), fault = Frame(2, 0, 0, "12345");
  RawClient one;
  CHECK_FALSE(one.Send(request + fault));
  RawClient two;
  CHECK(two.Send(request));
  CHECK_FALSE(two.Send(fault));
  for (const RawClient* client : {&one, &two}) {
    CHECK(client->server.halves.size() == 1);
    CHECK(client->gone == NGHTTP2_PROTOCOL_ERROR);
  }
}

TEST_CASE("frames that mean nothing are passed over, and many of them are a flood") {
  const int type = GENERATE(0x0a, 0x10, 0xff);
  Http2Limits limits;
  limits.control_frames = 100;
  RawClient client(limits);
  int sent = 0;
  while (sent < 1000 && client.Send(Frame(type, 0, 0, "whatever"))) ++sent;
  CHECK(sent >= 90);
  CHECK(sent <= 110);
  CHECK(client.gone == NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST_CASE("windows of streams that are closed are a flood, too") {
  Http2Limits limits;
  limits.control_frames = 100;
  RawClient client(limits);
  REQUIRE(client.Send(Frame(1, kWhole, 1, kGet)));
  client.Send(Frame(3, 0, 1, std::string("\0\0\0\x08", 4)));
  int sent = 0;
  while (sent < 1000 && client.Send(Frame(8, 0, 1, std::string("\0\0\0\1", 4)))) ++sent;
  CHECK(sent <= 130);
  CHECK(client.gone == NGHTTP2_ENHANCE_YOUR_CALM);
}
