// A model server that goes wrong in one way, or is not there at all; it can get well.
//
// Threads: one owner; the fault's script runs on a thread for each connection, at the lowest
// priority, because a model server has a machine of its own.
#pragma once

#include <atomic>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "test/support/fake_upstream.h"

namespace understudy {

// What a server does with a connection, before anything was read from it.
struct Fault {
  enum class Listening { kAccepts, kRefuses, kNeverAccepts };
  std::string name;
  FakeUpstream::Script serve;
  Listening listening = Listening::kAccepts;
};

class FaultyServer {
 public:
  explicit FaultyServer(Fault fault);
  ~FaultyServer();
  FaultyServer(const FaultyServer&) = delete;

  std::uint16_t Port() const { return port_; }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  int Connections() const { return connections_; }
  // From now on new connections are served as EchoModel() does.
  void Heal();

 private:
  void Accept();
  void Serve(TestSocket socket, int number);

  const Fault fault_;
  TestSocket listener_;
  std::uint16_t port_ = 0;
  std::vector<TestSocket> filling_;  // the backlog of a server that never accepts
  std::atomic<bool> accepting_{false};
  std::atomic<bool> healed_{false};
  std::atomic<bool> ending_{false};
  std::atomic<int> connections_{0};
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace understudy
