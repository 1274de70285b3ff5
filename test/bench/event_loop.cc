// Waiting, and telling who is ready.
#include "test/bench/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace understudy::bench {

Nanos Now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

EventLoop::EventLoop(bool spins) : fd_(epoll_create1(EPOLL_CLOEXEC)), spins_(spins) {
  scratch_.resize(256u << 10);
}

EventLoop::~EventLoop() { close(fd_); }

void EventLoop::Watch(int fd, Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) != 0) {
    std::perror("bench_traffic: epoll_ctl");
    std::exit(1);
  }
}

void EventLoop::Run(Nanos until) {
  while (!stopped_) {
    const Nanos now = Now();
    if (now >= until) return;
    Nanos next = until;
    for (Paced* paced : paced_) next = std::min(next, paced->OnTurn(now));
    Wait(next);
    buried_.clear();
  }
}

void EventLoop::Wait(Nanos next) {
  std::array<epoll_event, 256> events;
  timespec patience{};
  if (!spins_) {
    const Nanos left = std::max<Nanos>(0, next - Now());
    patience = {static_cast<time_t>(left / kSecond), static_cast<long>(left % kSecond)};
  }
  const int count =
      epoll_pwait2(fd_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
  for (int i = 0; i < count; ++i) {
    static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr)
        ->OnReady(events[static_cast<std::size_t>(i)].events);
  }
}

}  // namespace understudy::bench
