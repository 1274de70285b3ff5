// The connection to one Understudy's admin API: stubs, deadlines, and what a failure means.
//
// Threads: used by the command's thread; Interrupt may cancel a call from another one.
// Ownership: borrows the Interrupt and the log stream, which outlive it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "proxy/cli/connection.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/interrupt.h"
#include "understudy/v1/config_service.grpc.pb.h"
#include "understudy/v1/report.grpc.pb.h"
#include "understudy/v1/rollout.grpc.pb.h"
#include "understudy/v1/traffic.grpc.pb.h"

namespace understudy {

class Client {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // `address` is host:port. `timeout` bounds each single call; without one it is 10 s.
  // `debug_log`, when not null, gets a line for each call.
  Client(const std::string& address, Connection connection, std::optional<Milliseconds> timeout,
         Interrupt& interrupt, std::ostream* debug_log);

  v1::RolloutService::StubInterface& rollouts() { return *rollouts_; }
  v1::ReportService::StubInterface& reports() { return *reports_; }
  v1::TrafficService::StubInterface& traffic() { return *traffic_; }
  v1::ConfigService::StubInterface& config() { return *config_; }

  // The time one call may take, as given or by default.
  Milliseconds timeout() const { return timeout_.value_or(kDefaultTimeout); }
  // The time the whole command may take, when it was given.
  std::optional<Milliseconds> given_timeout() const { return timeout_; }
  const std::string& address() const { return address_; }

  // One unary call. `extra` is added to the timeout where the server was asked to wait.
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response, Milliseconds extra = {}) {
    if (!connection_.fault.empty()) return Fault();
    grpc::ClientContext context;
    Prepare(context);
    SetDeadline(context, timeout() + extra);
    const Interrupt::Scope scope(interrupt_, [&context] { context.TryCancel(); });
    const grpc::Status status = (stub.*method)(&context, request, &response);
    LogCall(request.GetTypeName(), status);
    return status;
  }

  // For streams, whose context the caller owns. A fault means that nothing can be sent.
  grpc::Status Fault() const;
  void Prepare(grpc::ClientContext& context) const;
  static void SetDeadline(grpc::ClientContext& context, Milliseconds from_now);
  void LogCall(const std::string& request, const grpc::Status& status) const;

  // What a failed call means to the caller's shell.
  ExitCode CodeOf(const grpc::Status& status) const;
  // The same for the gate, where 1 means a regression and nothing else.
  ExitCode GateCodeOf(const grpc::Status& status) const;
  // The failure in a sentence: the server's own, or why it could not be asked.
  std::string Sentence(const grpc::Status& status) const;

 private:
  static constexpr Milliseconds kDefaultTimeout{10'000};

  bool Reached() const;  // the connection stands: what failed is the server's own answer
  bool Interrupted(const grpc::Status& status) const;
  // What to do about a connection that does not come about, for gRPC's own words about it.
  std::string Advice(std::string_view detail) const;

  std::string address_;
  Connection connection_;
  std::optional<Milliseconds> timeout_;
  Interrupt& interrupt_;
  std::ostream* debug_log_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RolloutService::StubInterface> rollouts_;
  std::unique_ptr<v1::ReportService::StubInterface> reports_;
  std::unique_ptr<v1::TrafficService::StubInterface> traffic_;
  std::unique_ptr<v1::ConfigService::StubInterface> config_;
};

}  // namespace understudy
