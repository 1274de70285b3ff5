// The scripts: what each does to a request, or to the connection.
#include "test/integration/faults/servers/http2_faults.h"

#include <functional>

#include "test/support/http2_frames.h"

namespace understudy {
namespace {

using Connection = FakeUpstream::Connection;
using namespace frames;

const std::string kLiteralSettings = Frame(kSettings, 0, 0);
// Requests of any size come whole: SETTINGS_INITIAL_WINDOW_SIZE, and as much for the connection.
const std::string kWideWindows = Frame(kSettings, 0, 0, std::string("\0\x04\x40\0\0\0", 6)) +
                                 Frame(kWindow, 0, 0, std::string("\x40\0\0\0", 4));

// Waits until the proxy ends the connection; what comes is read.
void UntilTheEnd(Connection& c) {
  std::string ignored;
  while (!c.ending) {
    const TestSocket::Got got = c.socket.Read(ignored, 20);
    if (got == TestSocket::Got::kEnd || got == TestSocket::Got::kReset) return;
    ignored.clear();
  }
}

// Calls `answer` with the stream of each whole request, as long as it says so.
FakeUpstream::Script EachRequest(std::function<bool(Connection&, std::int32_t)> answer) {
  return [answer = std::move(answer)](Connection& c, const HttpText&) {
    if (!c.socket.Send(kWideWindows)) return false;
    Reader reader(c.socket, kPreface.size());
    while (!c.ending && !reader.Ended()) {
      const Read frame = reader.Next(20);
      if (frame.type == kSettings && (frame.flags & kAck) == 0) {
        c.socket.Send(Frame(kSettings, kAck, 0));
      }
      const bool ends =
          (frame.type == kHeaders || frame.type == kData) && (frame.flags & kEndStream);
      if (ends && !answer(c, frame.stream)) break;
    }
    return false;
  };
}

// Answers a request's head, then sends `again` until the proxy has had enough.
FakeUpstream::Script Floods(const std::string& first,
                            std::function<std::string(std::int32_t)> again) {
  return EachRequest([first, again](Connection& c, std::int32_t stream) {
    // Loopback alone: what lies in the sender's queue would count as the proxy's time.
    const int bytes = 64 << 10;
    ::setsockopt(c.socket.Descriptor(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    if (!first.empty() && !c.socket.Send(Frame(kHeaders, kEndHeaders, stream, first))) return false;
    const std::string frames = again(stream);
    while (!c.ending && c.socket.Send(frames)) {
    }
    return false;
  });
}

FakeUpstream::Script Once(std::function<std::string(std::int32_t)> frames) {
  return EachRequest([frames](Connection& c, std::int32_t stream) {
    if (!c.socket.Send(frames(stream))) return false;
    UntilTheEnd(c);
    return false;
  });
}

std::string Repeated(int type, int flags, std::int32_t stream, const std::string& payload) {
  return Many(500, Frame(type, flags, stream, payload));
}

}  // namespace

const std::vector<Http2ServerFault>& AllHttp2Faults() {
  static const std::vector<Http2ServerFault> kFaults = {
      {{"resets every stream", EachRequest([](Connection& c, std::int32_t stream) {
          return c.socket.Send(Frame(kReset, 0, stream, kCancel));
        })},
       ""},
      {{"answers half and resets", EachRequest([](Connection& c, std::int32_t stream) {
          return c.socket.Send(Frame(kHeaders, kEndHeaders, stream, kOk) +
                               Frame(kData, 0, stream, "{\"half\": ") +
                               Frame(kReset, 0, stream, kCancel));
        })},
       ""},
      {{"never answers", EachRequest([](Connection&, std::int32_t) { return true; })}, ""},
      {{"never reads",
        [](Connection& c, const HttpText&) {
          const int bytes = 4096;
          ::setsockopt(c.socket.Descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
          c.socket.Send(kLiteralSettings);
          while (!c.ending) {
            pollfd peer{c.socket.Descriptor(), POLLRDHUP, 0};
            if (::poll(&peer, 1, 10) > 0) break;
          }
          return false;
        }},
       ""},
      {{"says nothing at all",
        [](Connection& c, const HttpText&) {
          UntilTheEnd(c);
          return false;
        }},
       ""},
      {{"goes away at once",
        [](Connection& c, const HttpText&) {
          c.socket.Send(kLiteralSettings + Frame(kGoAway, 0, 0, std::string(8, '\0')));
          UntilTheEnd(c);
          return false;
        }},
       ""},
      {{"goes away under each request", EachRequest([](Connection& c, std::int32_t) {
          c.socket.Send(Frame(kGoAway, 0, 0, std::string(8, '\0')));
          UntilTheEnd(c);
          return false;
        })},
       ""},
      {{"closes under each request", EachRequest([](Connection&, std::int32_t) { return false; })},
       ""},
      {{"answers without end", Floods(kOk,
                                      [](std::int32_t stream) {
                                        return Repeated(kData, 0, stream, std::string(100, 'x'));
                                      })},
       ""},
      {{"sends more than windows allow", Floods(kOk,
                                                [](std::int32_t stream) {
                                                  return Many(400, Frame(kData, 0, stream,
                                                                         std::string(16384, 'x')));
                                                })},
       ""},
      {{"floods PING",
        Floods("", [](std::int32_t) { return Repeated(kPing, 0, 0, kPingPayload); })},
       "control_frames"},
      {{"floods SETTINGS", Floods("", [](std::int32_t) { return Repeated(kSettings, 0, 0, ""); })},
       "control_frames"},
      {{"floods WINDOW_UPDATE",
        Floods("", [](std::int32_t) { return Repeated(kWindow, 0, 0, kOne); })},
       "control_frames"},
      {{"floods empty DATA",
        Floods(kOk, [](std::int32_t stream) { return Repeated(kData, 0, stream, ""); })},
       "control_frames"},
      {{"floods frames of no meaning",
        Floods("", [](std::int32_t) { return Repeated(0x42, 0, 0, "what"); })},
       "control_frames"},
      {{"floods RST_STREAM",
        Floods("", [](std::int32_t stream) { return Repeated(kReset, 0, stream, kCancel); })},
       "resets"},
      {{"floods interim answers", Floods("",
                                         [](std::int32_t stream) {
                                           return Repeated(kHeaders, kEndHeaders, stream, kInterim);
                                         })},
       ""},
      {{"sends a head in many pieces", Once([](std::int32_t stream) {
          return Frame(kHeaders, 0, stream, kOk) + Many(2000, Frame(kMore, 0, stream, kField));
        })},
       "headers"},
      {{"sends fields that unfold into megabytes",
        Once([](std::int32_t stream) { return Frame(kHeaders, kEndHeaders, stream, Bomb(kOk)); })},
       "headers"},
      {{"sends data for no stream",
        Once([](std::int32_t) { return Frame(kData, 0, 0, "nobody's"); })},
       "protocol"},
      {{"sends fields that are none", Once([](std::int32_t stream) {
          return Frame(kHeaders, kEndHeaders, stream, "\xff\xff\xff\xff\xff\xff\xff");
        })},
       "protocol"},
      {{"pushes", Once([](std::int32_t stream) {
          return Frame(kPush, kEndHeaders, stream, std::string("\0\0\0\2", 4) + kGet);
        })},
       "protocol"},
      {{"speaks HTTP/1.1",
        [](Connection& c, const HttpText&) {
          c.socket.Send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
          UntilTheEnd(c);
          return false;
        }},
       "protocol"},
  };
  return kFaults;
}

}  // namespace understudy
