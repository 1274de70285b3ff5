// understudyctl: the operator's client of the admin API.
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "proxy/cli/app.h"

namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string UserName() {
  const passwd* user = getpwuid(getuid());
  return user == nullptr ? Variable("USER") : user->pw_name;
}

understudy::ConnectionFlags ConnectionOfEnvironment() {
  const std::string tls = Variable("UNDERSTUDY_TLS");
  return {!tls.empty() && tls != "0",
          Variable("UNDERSTUDY_TLS_CA"),
          Variable("UNDERSTUDY_TLS_CERT"),
          Variable("UNDERSTUDY_TLS_KEY"),
          Variable("UNDERSTUDY_TLS_SERVER_NAME"),
          Variable("UNDERSTUDY_TOKEN_FILE")};
}

understudy::Console MakeConsole() {
  understudy::Console console{std::cout, std::cerr};
  console.terminal = isatty(STDOUT_FILENO) == 1 && Variable("TERM") != "dumb";
  console.color = console.terminal && Variable("NO_COLOR").empty();
  console.reader_left = [] {
    pollfd output{STDOUT_FILENO, 0, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0;
  };
  winsize size{};
  if (console.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    console.columns = size.ws_col;
    console.rows = size.ws_row;
  }
  return console;
}

// Waits for the signals that main blocked in every thread. The first stops the command cleanly;
// a second one ends the program where it stands.
void WaitForSignals(sigset_t signals, understudy::Interrupt& interrupt) {
  for (bool first = true;; first = false) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) return;
    if (!first) std::_Exit(static_cast<int>(understudy::ExitCode::kInterrupted));
    interrupt.Raise();
  }
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);           // a closed pager is a write error, not a silent death
  static understudy::Interrupt interrupt;  // outlives the thread, which ends with the process
  std::thread(WaitForSignals, signals, std::ref(interrupt)).detach();

  understudy::Console console = MakeConsole();
  const std::vector<std::string> words(argv + 1, argv + argc);
  const understudy::Environment environment{Variable("UNDERSTUDY_ADDRESS"), UserName(),
                                            ConnectionOfEnvironment()};
  const int code =
      static_cast<int>(understudy::RunCommandLine(words, environment, console, interrupt));
  // The signal thread still waits; leaving without static destruction keeps it from touching
  // what is gone.
  std::cout.flush();
  std::cerr.flush();
  std::_Exit(code);
}
