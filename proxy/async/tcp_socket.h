// A TCP socket of a worker, with TLS over it or without. Reads and writes are tried at once and
// only what has to wait, waits.
//
// Threads: one worker's. Ownership: closes its descriptor. A coroutine that waits keeps the socket
// alive; after Close() or Cancel() it goes on with operation_aborted in the next turn.
#pragma once

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "proxy/async/reactor.h"
#include "proxy/async/resumption.h"
#include "proxy/async/task.h"
#include "proxy/base/time.h"

namespace understudy {

// What a look at a socket without reading says.
enum class PeerState { kQuiet, kBytes, kHalfClosed, kGone };

// For the reactor: what there is, would_block, or how the peer ended.
IoResult ReadNow(SocketWatch& watch, asio::mutable_buffer buffer);

class TcpSocket {
 public:
  explicit TcpSocket(Reactor& reactor) : reactor_(&reactor) {}
  TcpSocket(TcpSocket&& other) noexcept
      : reactor_(other.reactor_), watch_(std::exchange(other.watch_, nullptr)) {}
  TcpSocket& operator=(TcpSocket&&) = delete;
  ~TcpSocket() { Close(); }

  // Takes a non-blocking descriptor over, which is closed in case of an error.
  error_code Open(int fd);
  bool IsOpen() const { return watch_ != nullptr; }
  int Fd() const { return watch_ == nullptr ? -1 : watch_->fd; }
  void Close();
  // Ends every wait.
  void Cancel() {
    if (watch_ != nullptr) reactor_->Cancel(*watch_);
  }

  Task<error_code> Connect(asio::ip::tcp::endpoint address);
  // Of a listening socket: a connected, non-blocking descriptor, or -1 and why; would_block: none
  // waits, or others come first.
  int AcceptNow(error_code& error);

  // Of a connected socket: from now on everything goes through `tls`, which begins with a
  // handshake.
  void BeginTls(std::unique_ptr<TlsStream> tls);
  // connection_aborted: Tls()->Failure() says why it failed.
  Task<error_code> Handshake();
  // Plaintext again, for a peer that never spoke anything else.
  void EndTls();
  // Null: plaintext.
  const TlsStream* Tls() const { return watch_ == nullptr ? nullptr : watch_->tls.get(); }

  // What there is. would_block: nothing is, or others come first; Read() waits.
  template <typename Buffer>
  IoResult TryRead(Buffer& buffer) {
    return TryReadInto(ReadTarget(buffer));
  }
  // Reads once there is something. `buffer` is told to rest until then.
  template <typename Buffer>
  Task<IoResult> Read(Buffer& buffer) {
    buffer.Rest();
    return Wait(&SocketWatch::reader, ReadTarget(buffer));
  }
  Task<IoResult> WaitReadable() { return Wait(&SocketWatch::reader, ReadTarget()); }
  // Something has come, or the peer has ended, since the last read emptied the socket. False may
  // be one turn behind the kernel.
  bool Stirred() const { return watch_ == nullptr || watch_->readable || watch_->ended; }
  // Sends what the socket takes now, `bytes` in all: how much, or -1 and errno.
  ssize_t SendNow(const msghdr& message, std::size_t bytes);
  // The same for bytes that lie in one piece, which costs the kernel less.
  ssize_t SendNow(std::string_view bytes);
  Task<IoResult> WaitWritable() { return Wait(&SocketWatch::writer, ReadTarget()); }

  PeerState Peek() const;
  // Calls `on_peer` once, when the peer sends, ends its side or resets; or resets only. A Cancel()
  // takes that back.
  void OnPeer(bool reset_only, std::function<void()> on_peer);
  void ForgetPeer() {
    if (WatchesPeer()) watch_->on_peer = nullptr;
  }
  // The peer has reset, or both sides have ended, whatever is still to be read.
  bool Broken() const { return watch_ != nullptr && watch_->broken; }
  bool WatchesPeer() const { return watch_ != nullptr && watch_->on_peer != nullptr; }

  // Of an open socket: others come first after reads of `bytes` in a row.
  void LimitTurns(std::size_t bytes);
  void SetNoDelay();
  void ShutdownSend();
  // Makes closing send RST.
  void ResetOnClose();
  asio::ip::tcp::endpoint RemoteAddress(error_code& error) const;
  // As the kernel has measured it; zero: it has not.
  Duration RoundTrip() const;

 private:
  IoResult TryReadInto(const ReadTarget& target);
  Task<IoResult> Wait(Resumption SocketWatch::*which, ReadTarget target) {
    return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(IoResult)>(
        [this, which, target](auto&& handler) {
          Begin(which, target, Resumption(std::forward<decltype(handler)>(handler)));
        },
        asio::use_awaitable_t<Executor>{});
  }
  void Begin(Resumption SocketWatch::*which, const ReadTarget& target, Resumption waiting);

  Reactor* reactor_;
  SocketWatch* watch_ = nullptr;
};

}  // namespace understudy
