// Starting and ending a worker.
#include "proxy/server/worker_thread.h"

#include <boost/asio/post.hpp>
#include <string>

#include "proxy/async/clock.h"
#include "proxy/async/event.h"
#include "proxy/base/thread_name.h"

namespace understudy {

WorkerThread::WorkerThread(std::size_t index, std::size_t count, const Limits& limits,
                           WorkerSurroundings surroundings)
    : worker_(index, count, limits, surroundings.book),
      traffic_(surroundings.traffic),
      upstreams_(worker_, surroundings.health, surroundings.credentials),
      services_{worker_,
                traffic_,
                upstreams_,
                surroundings.budgets,
                surroundings.access_log,
                std::move(surroundings.scoring),
                surroundings.seed ^ (index + 1) * 0x9E3779B97F4A7C15u,
                0,
                0},
      server_(services_) {}

absl::StatusOr<std::unique_ptr<WorkerThread>> WorkerThread::Make(
    std::size_t index, std::size_t count, const Limits& limits,
    const std::vector<ListenerConfig>& listeners, WorkerSurroundings surroundings) {
  TlsCredentials& credentials = surroundings.credentials;
  std::unique_ptr<WorkerThread> self(
      new WorkerThread(index, count, limits, std::move(surroundings)));
  for (const ListenerConfig& config : listeners) {
    auto listener = Listener::Bind(self->worker_, config, self->server_, credentials.Of(config));
    if (!listener.ok()) return listener.status();
    self->listeners_.push_back(*std::move(listener));
  }
  return self;
}

WorkerThread::~WorkerThread() { Join(); }

void WorkerThread::Begin() {
  for (auto& listener : listeners_) listener->Begin();
  asio::co_spawn(worker_.GetExecutor(), Sweep(*this), asio::detached);
  worker_.reactor.Run();
  thread_ = std::thread([this] {
    NameThread("worker " + std::to_string(worker_.index));
    worker_.context.run();
  });
}

// Once a second: idle upstream connections that the server will close soon are closed first.
Task<> WorkerThread::Sweep(WorkerThread& self) {
  while (!self.ended_) {
    Event pause(self.worker_.GetExecutor());
    co_await pause.WaitFor(std::chrono::seconds(1));
    self.upstreams_.CloseIdle(SteadyNow());
  }
}

void WorkerThread::StopAccepting() {
  asio::post(worker_.context, [this] {
    worker_.draining = true;
    for (auto& listener : listeners_) listener->StopAccepting();
  });
}

void WorkerThread::Cut() {
  asio::post(worker_.context, [this] {
    for (auto& listener : listeners_) listener->CutAll();
  });
}

void WorkerThread::Join() {
  if (!thread_.joinable()) {
    worker_.EndAll();  // never begun
    return;
  }
  asio::post(worker_.context, [this] {
    ended_ = true;
    worker_.deadlines.Stop();
    worker_.context.stop();
  });
  thread_.join();
  worker_.EndAll();
}

}  // namespace understudy
