// bench_traffic: the clients and model servers of scripts/bench in one thread, cheap enough that
// one processor keeps a proxy on another one busy. Without clients it is the floor: a bare receive
// and send for each request.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "test/bench/event_loop.h"
#include "test/bench/grpc_message.h"
#include "test/bench/inference_text.h"
#include "test/bench/load.h"
#include "test/bench/stub.h"
#include "test/bench/traffic_options.h"

namespace understudy::bench {
namespace {

// Reads commands from standard input and carries them out.
class Commands : public Watched {
 public:
  Commands(EventLoop& loop, Load& load, const std::vector<std::unique_ptr<Stub>>& stubs)
      : loop_(loop), load_(load), stubs_(stubs) {
    fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
    loop_.Watch(STDIN_FILENO, *this);
  }

  void OnReady(std::uint32_t) override {
    std::array<char, 256> text{};
    while (true) {
      const ssize_t got = read(STDIN_FILENO, text.data(), text.size());
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (got <= 0) return loop_.Stop();
      pending_.append(text.data(), static_cast<std::size_t>(got));
    }
    for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
      CarryOut(pending_.substr(0, end));
      pending_.erase(0, end + 1);
    }
  }

  void Tell() {
    std::string stubs;
    for (const auto& stub : stubs_) stubs += (stubs.empty() ? "" : ",") + stub->Json();
    std::cout << "{\"at_ns\":" << Now() << "," << load_.Mark() << ",\"stubs\":[" << stubs << "]}"
              << std::endl;
  }

 private:
  void CarryOut(const std::string& command) {
    if (command == "quit") return loop_.Stop();
    if (command.starts_with("load ")) {
      load_.Begin(static_cast<std::uint16_t>(std::stoi(command.substr(5))));
    } else if (command == "stop") {
      load_.Stop();
    } else if (command != "mark") {
      std::cerr << "bench_traffic: no command '" << command << "'\n" << kTrafficUsage;
      return loop_.Stop();
    }
    Tell();
  }

  EventLoop& loop_;
  Load& load_;
  const std::vector<std::unique_ptr<Stub>>& stubs_;
  std::string pending_;
};

std::string Expected(const TrafficOptions& options) {
  if (options.answer_events == 0) return AnswerBody(options.answer_bytes, false);
  std::string events;
  for (int i = 0; i < options.answer_events; ++i) {
    events += StreamEvent(static_cast<std::size_t>(i));
  }
  return events;
}

int Run(const TrafficOptions& options) {
  EventLoop loop(options.spins);
  std::string body = RequestBody(options.body_bytes);
  std::string expected = Expected(options);
  if (options.load.streams > 0) {
    body = GrpcMessage(body);
    expected = GrpcMessage(expected);
  }
  std::vector<std::unique_ptr<Stub>> stubs;
  for (const StubOptions& stub : options.stubs) {
    stubs.push_back(std::make_unique<Stub>(loop, stub, body));
    loop.Pace(*stubs.back());
  }
  Load load(loop, options.load, body, expected, stubs);
  loop.Pace(load);
  Commands commands(loop, load, stubs);
  commands.Tell();
  loop.Run(Now() + static_cast<Nanos>(options.most_seconds * 1e9));
  return 0;
}

}  // namespace
}  // namespace understudy::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--help"}) {
    std::cout << understudy::bench::kTrafficUsage;
    return 0;
  }
  understudy::bench::TrafficOptions options;
  if (!understudy::bench::ReadTrafficOptions(words, options)) return 2;
  return understudy::bench::Run(options);
}
