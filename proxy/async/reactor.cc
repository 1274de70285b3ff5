// One turn after the other: what epoll says, and what was put off.
#include "proxy/async/reactor.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <new>
#include <system_error>

#include "proxy/async/clock.h"
#include "proxy/async/tcp_socket.h"
#include "proxy/async/tls_stream.h"

namespace understudy {
namespace {

constexpr std::size_t kMostResumed = 8;  // in a turn, of those that were told to go on
constexpr std::size_t kMostWoken = 256;  // in a turn, of those that others woke
constexpr int kMostTurns = 16;           // before Asio looks for what it has
constexpr std::uint32_t kEnds = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

}  // namespace

SocketWatch::SocketWatch() = default;
SocketWatch::~SocketWatch() = default;

Reactor::Reactor(Loop& loop, DeadlineWheel& wheel)
    : loop_(loop), wheel_(wheel), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Reactor::~Reactor() {
  EndAll();
  while (all_ != nullptr) Close(*all_);
  for (SocketWatch* watch : closed_) delete watch;
  ::close(epoll_);
}

SocketWatch* Reactor::Add(int fd, error_code& error) {
  auto* const watch = new SocketWatch;
  watch->fd = fd;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = watch;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    error = error_code(errno, boost::system::system_category());
    delete watch;
    return nullptr;
  }
  watch->next = all_;
  if (all_ != nullptr) all_->previous = watch;
  all_ = watch;
  return watch;
}

void Reactor::Close(SocketWatch& watch) {
  Cancel(watch);
  ::close(watch.fd);  // which also takes it out of the epoll
  watch.fd = -1;
  if (watch.queued) std::erase(ready_, &watch);
  (watch.previous != nullptr ? watch.previous->next : all_) = watch.next;
  if (watch.next != nullptr) watch.next->previous = watch.previous;
  closed_.push_back(&watch);
}

void Reactor::Cancel(SocketWatch& watch) {
  for (Resumption* waiting : {&watch.reader, &watch.writer}) {
    if (*waiting) ResumeLater(std::move(*waiting), {asio::error::operation_aborted, 0});
  }
  watch.on_peer = nullptr;
}

void Reactor::ResumeLater(Resumption resumption, const IoResult& result) {
  later_.emplace_back(std::move(resumption), result);
}

void Reactor::GoOnLater(SocketWatch& watch) {
  if (std::exchange(watch.queued, true)) return;
  ready_.push_back(&watch);
}

void Reactor::EndAll() {
  for (SocketWatch* watch = all_; watch != nullptr; watch = watch->next) {
    watch->reader = Resumption();
    watch->writer = Resumption();
    watch->on_peer = nullptr;
  }
  later_.clear();
  for (DeadlineNode* ring : {&waiting_, &woken_}) {
    while (ring->Linked()) {
      auto* const waiter = static_cast<Waiter*>(ring->next);
      waiter->Unlink();
      const Resumption ended = std::move(waiter->waiting_);  // which may take the waiter with it
    }
  }
  while (ends_.Linked()) ends_.next->Unlink();
}

// A few turns are a handler of their own: what they leave to Asio runs before the next ones.
void Reactor::Run() {
  asio::post(loop_, [this] {
    for (int turn = 0; turn < kMostTurns && Turn(DeadlineWheel::kTick); ++turn) {
    }
    Run();
  });
}

bool Reactor::Turn(Duration most) {
  const Duration to_tick = std::max(wheel_.NextTick() - SteadyNow(), Duration::zero());
  const bool poked = Loop::TakePoke();
  const bool more =
      poked || !later_.empty() || !ready_.empty() || woken_.Linked() || ends_.Linked();
  const bool any = Wait(more ? Duration::zero() : std::min(to_tick, most));
  for (SocketWatch* watch : std::exchange(closed_, {})) delete watch;
  // Each time Asio looks costs a system call: not while sockets alone keep this loop busy.
  return any && !poked && !Loop::Poked() && to_tick > Duration::zero();
}

bool Reactor::Wait(Duration most) {
  std::array<epoll_event, 256> events;
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(most).count();
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(milliseconds));
  SteadyNow();  // for RecentNow()
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    OnEvents(*static_cast<SocketWatch*>(event.data.ptr), event.events);
  }
  for (std::size_t left = std::min(later_.size(), kMostResumed); left > 0 && !later_.empty();
       --left) {
    auto [resumption, result] = std::move(later_.front());
    later_.pop_front();
    resumption(result);
  }
  // One at a time: whoever goes on may close another.
  for (std::size_t left = ready_.size(); left > 0 && !ready_.empty(); --left) {
    SocketWatch& watch = *ready_.front();
    ready_.pop_front();
    watch.queued = false;
    ResumeReader(watch);
  }
  if (woken_.Linked() || ends_.Linked()) EndTurn();
  return count > 0;
}

// Whoever is woken may wake others, and all of them may ask for a turn's end.
void Reactor::EndTurn() {
  for (std::size_t left = kMostWoken; left > 0 && woken_.Linked(); --left) {
    auto* const waiter = static_cast<Waiter*>(woken_.next);
    waiter->Unlink();
    std::exchange(waiter->waiting_, {})({});
  }
  mark_.LinkInto(ends_);  // what is asked for from here on is for the next turn
  while (ends_.next != &mark_) {
    auto* const end = static_cast<TurnEnd*>(ends_.next);
    end->Unlink();
    end->callback_(end->context_);
  }
  mark_.Unlink();
}

void Waiter::Begin(Resumption waiting) {
  waiting_ = std::move(waiting);
  LinkInto(reactor_.waiting_);
}

void Waiter::Wake() {
  if (!Waiting()) return;
  Unlink();
  LinkInto(reactor_.woken_);
}

void TurnEnd::Ask() {
  if (!Linked()) LinkInto(reactor_.ends_);
}

void Reactor::OnEvents(SocketWatch& watch, std::uint32_t events) {
  if (watch.fd < 0) return;  // closed by somebody else in this turn
  if ((events & kEnds) != 0) watch.ended = true;
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) watch.broken = true;
  if ((events & (EPOLLIN | kEnds)) != 0) {
    watch.readable = true;
    ResumeReader(watch);
  }
  if (watch.fd < 0) return;
  if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
    watch.writable = true;
    if (watch.tls != nullptr) watch.tls->Flush();
    if (watch.writable && watch.writer) std::exchange(watch.writer, {})({});
  }
  if (watch.fd < 0 || watch.on_peer == nullptr || (events & watch.on_peer_events) == 0) return;
  std::exchange(watch.on_peer, nullptr)();
}

void Reactor::ResumeReader(SocketWatch& watch) {
  watch.burst = 0;
  watch.burst_bytes = 0;
  if (!watch.reader) return;
  IoResult result;
  try {
    if (watch.target) result = ReadNow(watch, watch.target.Prepare());
  } catch (const std::bad_alloc&) {  // costs this connection alone
    result.error = asio::error::no_memory;
  }
  if (result.Blocked()) {
    // TLS has read much that was nobody's data: others come first.
    if (watch.readable) GoOnLater(watch);
    return;
  }
  std::exchange(watch.reader, {})(result);
}

}  // namespace understudy
