// What nghttp2 calls, and what is told to it.
#include "proxy/wire/http2_session.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "proxy/wire/http1_head.h"

namespace understudy {
namespace {

// A WINDOW_UPDATE for the stream and one for the connection answer a DATA frame; a PING measures.
constexpr int kFramesPerData = 3;
// What one request may bring beside its head: windows, a priority, a reset.
constexpr int kFramesPerRequest = 8;
constexpr std::size_t kMostQueuedFrames = 10000;
constexpr std::size_t kMostGivenUp = 1024;
// What may still come of a stream that was reset here: an interim answer, a head, trailers.
constexpr int kLateFrames = 3;

}  // namespace

nghttp2_nv Http2Field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

void CountFault(Http2Fault fault, Http2FaultCounters& counters) {
  switch (fault) {
    case Http2Fault::kProtocol:
      return counters.protocol.Add();
    case Http2Fault::kResets:
      return counters.resets.Add();
    case Http2Fault::kControlFrames:
      return counters.control_frames.Add();
    case Http2Fault::kHeaders:
      return counters.headers.Add();
    case Http2Fault::kNone:
    case Http2Fault::kUnused:
      return;
  }
}

// nghttp2's callbacks. What they find wrong is answered by GiveUp(); then they see nothing more.
struct Http2Callbacks {
  static Http2Session& Of(void* user) { return *static_cast<Http2Session*>(user); }
  static void* Object(Http2Session& self, std::int32_t stream) {
    return nghttp2_session_get_stream_user_data(self.session_, stream);
  }

  static int OnBeginHeaders(nghttp2_session*, const nghttp2_frame*, void* user) {
    Http2Session& self = Of(user);
    self.block_.Clear();
    self.in_block_ = true;
    return self.Verdict();
  }

  static bool IsTrailers(const Http2Session& self, const nghttp2_frame& frame) {
    if (frame.headers.cat != NGHTTP2_HCAT_HEADERS) return false;
    return self.side_ == Http2Session::Side::kServer || self.block_.Status() == 0;
  }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                      std::uint8_t, void* user) {
    Http2Session& self = Of(user);
    if (self.fault_ != Http2Fault::kNone) return self.Verdict();
    const auto text = [](const std::uint8_t* bytes, std::size_t size) {
      return std::string_view(reinterpret_cast<const char*>(bytes), size);
    };
    self.block_.Add(text(name, name_size), text(value, value_size),
                    self.side_ == Http2Session::Side::kServer && IsTrailers(self, *frame));
    if (self.block_.Flood()) {
      self.GiveUp(Http2Fault::kHeaders, NGHTTP2_ENHANCE_YOUR_CALM);
    }
    return self.Verdict();
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Of(user);
    if (self.fault_ != Http2Fault::kNone) return self.Verdict();
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS: {
        self.in_block_ = false;
        void* const object = Object(self, frame->hd.stream_id);
        if (IsTrailers(self, *frame)) {
          // Trailers beyond the limits: none that are cut short.
          if (self.block_.TooLarge()) {
            self.Reset(frame->hd.stream_id, NGHTTP2_ENHANCE_YOUR_CALM);
          } else if (object != nullptr) {
            self.events_.OnEnd(object, self.block_.Trailers());
          }
          return self.Verdict();
        }
        // Who said that it leaves has nothing more to ask.
        if (self.peer_leaves_ && self.side_ == Http2Session::Side::kServer) {
          self.Reset(frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
          return self.Verdict();
        }
        self.control_.Credit(kFramesPerRequest);
        self.events_.OnHead(frame->hd.stream_id, object, self.block_, ends);
        return self.Verdict();
      }
      case NGHTTP2_DATA: {
        if (frame->hd.length > frame->data.padlen) {
          self.control_.Credit(1);
        } else if (!ends) {
          self.Charge(self.control_, Http2Fault::kControlFrames);
        }
        void* const object = Object(self, frame->hd.stream_id);
        if (ends && object != nullptr) self.events_.OnEnd(object, {});
        return self.Verdict();
      }
      case NGHTTP2_RST_STREAM:
        self.Charge(self.resets_, Http2Fault::kResets);
        return self.Verdict();
      case NGHTTP2_GOAWAY:
        self.peer_leaves_ = true;
        self.events_.OnGoAway(frame->goaway.last_stream_id);
        return self.Verdict();
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
          self.events_.OnPong();
        } else {
          self.Charge(self.control_, Http2Fault::kControlFrames);
        }
        return self.Verdict();
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) return self.Verdict();
        self.Charge(self.control_, Http2Fault::kControlFrames);
        self.events_.OnSettings();
        return self.Verdict();
      default:
        return self.Verdict();
    }
  }

  // What makes this side reset a stream, or worse, costs the peer as its own resets do.
  static int OnInvalidFrame(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    Http2Session& self = Of(user);
    if (frame->hd.type == NGHTTP2_HEADERS) self.events_.OnMalformed();
    self.in_block_ = false;
    self.GaveUp(frame->hd.stream_id);
    self.Charge(self.resets_, Http2Fault::kResets);
    return self.Verdict();
  }

  static int OnDataChunk(nghttp2_session*, std::uint8_t, std::int32_t stream,
                         const std::uint8_t* data, std::size_t size, void* user) {
    Http2Session& self = Of(user);
    void* const object = self.fault_ == Http2Fault::kNone ? Object(self, stream) : nullptr;
    if (object == nullptr) {
      nghttp2_session_consume(self.session_, stream, size);
      return self.Verdict();
    }
    self.events_.OnData(object, {reinterpret_cast<const char*>(data), size});
    return self.Verdict();
  }

  static int OnStreamClose(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* user) {
    Http2Session& self = Of(user);
    if (void* const object = Object(self, stream)) self.events_.OnClosed(stream, object, code);
    return 0;
  }

  static ssize_t OnRead(nghttp2_session* session, std::int32_t stream, std::uint8_t*,
                        std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                        void* user) {
    // Bodies go with their objects.
    if (Object(Of(user), stream) == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    auto& body = *static_cast<Http2Outgoing*>(source->ptr);
    const std::size_t pending = body.Pending().size();
    if (pending == 0 && !body.Ended()) {
      body.deferred = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags = NGHTTP2_DATA_FLAG_NO_COPY;
    if (pending > most || !body.Ended()) return static_cast<ssize_t>(std::min(pending, most));
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!body.Trailers().empty()) {
      std::vector<HeaderField> trailers;
      ParseFields(body.Trailers(), 100, trailers);
      std::vector<nghttp2_nv> fields;
      for (const HeaderField& trailer : trailers) {
        fields.push_back(Http2Field(trailer.name, trailer.value));
      }
      if (!fields.empty() &&
          nghttp2_submit_trailer(session, stream, fields.data(), fields.size()) == 0) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      }
    }
    return static_cast<ssize_t>(pending);
  }

  static int OnSendData(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* head,
                        std::size_t length, nghttp2_data_source* source, void* user) {
    Http2Session& self = Of(user);
    if (self.out_->size() >= self.most_) return NGHTTP2_ERR_WOULDBLOCK;
    void* const object = Object(self, frame->hd.stream_id);
    if (object == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    auto& body = *static_cast<Http2Outgoing*>(source->ptr);
    self.out_->append(reinterpret_cast<const char*>(head), 9);
    self.out_->append(body.Pending().substr(0, length));
    body.Sent(length);
    self.control_.Credit(kFramesPerData);
    self.events_.OnSent(object, length);
    return 0;
  }

  static int OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Session& self = Of(user);
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
        if (void* const object = Object(self, frame->hd.stream_id)) {
          self.events_.OnSentEnd(frame->hd.stream_id, object);
        }
        return 0;
      case NGHTTP2_RST_STREAM:
        self.GaveUp(frame->hd.stream_id);
        return 0;
      case NGHTTP2_GOAWAY:
        // One that nghttp2 made: the peer broke the protocol.
        if (frame->goaway.error_code != NGHTTP2_NO_ERROR && self.fault_ == Http2Fault::kNone) {
          self.fault_ = Http2Fault::kProtocol;
        }
        return 0;
      default:
        return 0;
    }
  }

  static const nghttp2_session_callbacks* Make() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnDataChunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, OnStreamClose);
    nghttp2_session_callbacks_set_send_data_callback(made, OnSendData);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, OnFrameSent);
    return made;
  }

  static nghttp2_option* Options(const Http2Limits& limits) {
    nghttp2_option* options = nullptr;
    if (nghttp2_option_new(&options) != 0) throw std::bad_alloc();
    nghttp2_option_set_no_auto_window_update(options, 1);
    nghttp2_option_set_no_closed_streams(options, 1);
    // Servers of gRPC send messages as they are, and blanks around a value are none of it later.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(options, 1);
    nghttp2_option_set_max_deflate_dynamic_table_size(
        options, static_cast<std::size_t>(limits.header_table));
    // Its own limit of resets is left far behind ours, which honest streams can pay for.
    const auto resets = static_cast<std::uint64_t>(limits.resets) * 100;
    nghttp2_option_set_stream_reset_rate_limit(options, resets, resets);
    return options;
  }
};

Http2Session::Http2Session(Side side, Events& events, const Http2Limits& limits,
                           const Http2BlockLimits& block_limits)
    : events_(events),
      side_(side),
      block_(block_limits),
      first_window_(limits.FirstWindow()),
      resets_(limits.resets),
      control_(limits.control_frames),
      heads_(side == Side::kServer ? Http2FrameHeads::kPrefaceBytes : 0) {
  static const nghttp2_session_callbacks* const callbacks = Http2Callbacks::Make();
  nghttp2_option* const options = Http2Callbacks::Options(limits);
  const int made = side == Side::kServer
                       ? nghttp2_session_server_new2(&session_, callbacks, this, options)
                       : nghttp2_session_client_new2(&session_, callbacks, this, options);
  nghttp2_option_del(options);
  if (made != 0) throw std::bad_alloc();
  std::vector<nghttp2_settings_entry> settings = {
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(limits.FirstWindow())},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(block_limits.bytes)},
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, static_cast<std::uint32_t>(limits.header_table)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  if (side == Side::kServer) {
    settings.push_back(
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(limits.streams)});
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1});
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  SetWindow(0, limits.connection_window);
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

bool Http2Session::Receive(std::string_view bytes, SteadyTime now) {
  now_ = now;
  receiving_ = true;
  const ssize_t taken = Feed(bytes);
  receiving_ = false;
  if (fault_ != Http2Fault::kNone) {
    nghttp2_session_terminate_session(session_, fault_code_);
  } else if (taken == NGHTTP2_ERR_FLOODED) {
    GiveUp(Http2Fault::kControlFrames, NGHTTP2_ENHANCE_YOUR_CALM);
  } else if (taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) {
    GiveUp(Http2Fault::kHeaders, NGHTTP2_ENHANCE_YOUR_CALM);
  } else if (taken < 0) {
    GiveUp(Http2Fault::kProtocol, NGHTTP2_PROTOCOL_ERROR);
  } else if (nghttp2_session_get_outbound_queue_size(session_) > kMostQueuedFrames) {
    GiveUp(Http2Fault::kControlFrames, NGHTTP2_ENHANCE_YOUR_CALM);
  }
  return fault_ == Http2Fault::kNone && WantsRead();
}

void Http2Session::Produce(std::string& out, std::size_t most) {
  out_ = &out;
  most_ = most;
  while (out.size() < most) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  out_ = nullptr;
}

bool Http2Session::Charge(Http2Budget& budget, Http2Fault fault) {
  if (budget.Charge(now_)) return true;
  GiveUp(fault, NGHTTP2_ENHANCE_YOUR_CALM);
  return false;
}

ssize_t Http2Session::Feed(std::string_view bytes) {
  ssize_t taken = 0;
  const auto feed = [&](std::size_t size) {
    if (size == 0) return true;
    taken = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                     size);
    bytes.remove_prefix(size);
    return taken >= 0;
  };
  std::size_t scanned = 0;
  while (scanned < bytes.size()) {
    scanned += heads_.Scan(bytes.substr(scanned));
    if (!heads_.Found()) continue;
    std::size_t before = scanned - std::min(scanned, Http2FrameHeads::kHeadBytes);
    if (heads_.Type() <= NGHTTP2_HEADERS) {
      if (!feed(before)) return taken;
      scanned -= before;
      before = 0;
    }
    OnFrameHead();
    if (fault_ != Http2Fault::kNone) {
      // What came before the fault counts, however the bytes are cut.
      const Http2Fault fault = std::exchange(fault_, Http2Fault::kNone);
      const std::uint32_t code = fault_code_;
      if (feed(before)) GiveUp(fault, code);
      return taken;
    }
  }
  feed(bytes.size());
  return taken;
}

void Http2Session::OnFrameHead() {
  const std::int32_t stream = heads_.Stream();
  switch (heads_.Type()) {
    case NGHTTP2_HEADERS:
      if (side_ == Side::kServer && stream > highest_) {
        skipped_ = skipped_ || stream != highest_ + 2;
        highest_ = stream;
        return;
      }
      [[fallthrough]];
    case NGHTTP2_DATA:
      if (stream != 0 && nghttp2_session_find_stream(session_, stream) == nullptr) {
        OnLateFrame(stream, heads_.Type() == NGHTTP2_DATA);
      }
      return;
    case NGHTTP2_PRIORITY:
      if (stream == 0) return GiveUp(Http2Fault::kProtocol, NGHTTP2_PROTOCOL_ERROR);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      break;
    default:
      if (heads_.Type() <= NGHTTP2_CONTINUATION) return;
      break;  // of a type that means nothing here
  }
  Charge(control_, Http2Fault::kControlFrames);
}

void Http2Session::GaveUp(std::int32_t stream) {
  if (stream <= 0) return;
  if (std::find(given_up_.begin(), given_up_.end(), stream) != given_up_.end()) return;
  const std::int32_t window =
      nghttp2_session_get_stream_effective_local_window_size(session_, stream);
  late_bytes_ += window > 0 ? static_cast<std::uint64_t>(window) : first_window_;
  control_.Credit(kLateFrames);
  if (given_up_.size() < kMostGivenUp) {
    given_up_.push_back(stream);
  } else {
    given_up_[next_given_up_++ % kMostGivenUp] = stream;
  }
}

void Http2Session::OnLateFrame(std::int32_t stream, bool data) {
  const bool reset_here = std::find(given_up_.begin(), given_up_.end(), stream) != given_up_.end();
  const bool beyond_goaway =
      side_ == Side::kServer && stream > nghttp2_session_get_last_proc_stream_id(session_);
  if (reset_here || beyond_goaway) {
    if (data && heads_.Length() > 0 && heads_.Length() <= late_bytes_) {
      late_bytes_ -= heads_.Length();
    } else {
      Charge(control_, Http2Fault::kControlFrames);
    }
  } else if (data) {
    Reset(stream, NGHTTP2_STREAM_CLOSED);
    Charge(resets_, Http2Fault::kResets);
  } else {
    GiveUp(Http2Fault::kProtocol, skipped_ ? NGHTTP2_PROTOCOL_ERROR : NGHTTP2_STREAM_CLOSED);
  }
}

void Http2Session::SubmitAnswer(std::int32_t stream, std::span<const nghttp2_nv> fields,
                                Http2Outgoing* body) {
  nghttp2_data_provider provider{};
  provider.source.ptr = body;
  provider.read_callback = Http2Callbacks::OnRead;
  // Each in turn: a large answer does not hold up what else there is.
  const nghttp2_extpri in_turn{NGHTTP2_EXTPRI_DEFAULT_URGENCY, 1};
  nghttp2_session_change_extpri_stream_priority(session_, stream, &in_turn, 1);
  nghttp2_submit_response(session_, stream, fields.data(), fields.size(),
                          body != nullptr ? &provider : nullptr);
}

void Http2Session::SubmitInterim(std::int32_t stream, std::span<const nghttp2_nv> fields) {
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream, nullptr, fields.data(), fields.size(),
                         nullptr);
}

std::int32_t Http2Session::SubmitRequest(std::span<const nghttp2_nv> fields, Http2Outgoing* body,
                                         void* object) {
  nghttp2_data_provider provider{};
  provider.source.ptr = body;
  provider.read_callback = Http2Callbacks::OnRead;
  return nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                                body != nullptr ? &provider : nullptr, object);
}

void Http2Session::Resume(std::int32_t stream, Http2Outgoing& body) {
  if (!body.deferred) return;
  body.deferred = false;
  nghttp2_session_resume_data(session_, stream);
}

void Http2Session::Reset(std::int32_t stream, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
}

void Http2Session::Ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

void Http2Session::BeginDrain() {
  nghttp2_submit_shutdown_notice(session_);
  Ping();
}

void Http2Session::EndDrain() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

void Http2Session::GiveUp(Http2Fault fault, std::uint32_t code) {
  if (fault_ != Http2Fault::kNone) return;
  fault_ = fault;
  fault_code_ = code;
  if (!receiving_) nghttp2_session_terminate_session(session_, code);
}

}  // namespace understudy
