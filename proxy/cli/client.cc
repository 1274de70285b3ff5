// The connection to one Understudy's admin API.
#include "proxy/cli/client.h"

#include <fmt/format.h>

#include "proxy/cli/text.h"

namespace understudy {
namespace {

constexpr int kLargestMessage = 32 * 1024 * 1024;

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const Connection& connection) {
  grpc::ChannelArguments arguments;
  // The admin API is asked directly: an http_proxy variable is meant for other traffic.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  if (!connection.server_name.empty()) {
    arguments.SetSslTargetNameOverride(connection.server_name);
  }
  return grpc::CreateCustomChannel(address, connection.credentials, arguments);
}

}  // namespace

Client::Client(const std::string& address, Connection connection,
               std::optional<Milliseconds> timeout, Interrupt& interrupt, std::ostream* debug_log)
    : address_(address),
      connection_(std::move(connection)),
      timeout_(timeout),
      interrupt_(interrupt),
      debug_log_(debug_log),
      channel_(OpenChannel(address, connection_)),
      rollouts_(v1::RolloutService::NewStub(channel_)),
      reports_(v1::ReportService::NewStub(channel_)),
      traffic_(v1::TrafficService::NewStub(channel_)),
      config_(v1::ConfigService::NewStub(channel_)) {}

grpc::Status Client::Fault() const {
  return connection_.fault.empty()
             ? grpc::Status::OK
             : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, connection_.fault);
}

void Client::Prepare(grpc::ClientContext& context) const {
  if (!connection_.token.empty()) {
    context.AddMetadata("authorization", "Bearer " + connection_.token);
  }
}

void Client::SetDeadline(grpc::ClientContext& context, Milliseconds from_now) {
  context.set_deadline(std::chrono::system_clock::now() + from_now);
}

void Client::LogCall(const std::string& request, const grpc::Status& status) const {
  if (debug_log_ == nullptr) return;
  *debug_log_ << fmt::format("debug: {} to {}: status {}\n", request, address_,
                             static_cast<int>(status.error_code()));
}

bool Client::Interrupted(const grpc::Status& status) const {
  return status.error_code() == grpc::StatusCode::CANCELLED && interrupt_.Raised();
}

bool Client::Reached() const { return channel_->GetState(false) == GRPC_CHANNEL_READY; }

ExitCode Client::CodeOf(const grpc::Status& status) const {
  if (Interrupted(status)) return ExitCode::kInterrupted;
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return ExitCode::kYes;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return ExitCode::kUsage;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return ExitCode::kPermission;
    case grpc::StatusCode::UNAVAILABLE:
      return Reached() ? kFailed : ExitCode::kUnreachable;  // it answered that its store fails
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Reached() ? ExitCode::kTimeout : ExitCode::kUnreachable;
    default:
      return kFailed;
  }
}

ExitCode Client::GateCodeOf(const grpc::Status& status) const {
  switch (status.error_code()) {
    case grpc::StatusCode::NOT_FOUND:
      return ExitCode::kUsage;
    case grpc::StatusCode::ABORTED:
      return ExitCode::kStale;
    case grpc::StatusCode::UNIMPLEMENTED:  // something listens there, but it is no Understudy
      return ExitCode::kUnreachable;
    default:
      break;
  }
  const ExitCode code = CodeOf(status);
  return code == kFailed ? ExitCode::kInconclusive : code;
}

std::string Client::Advice(std::string_view detail) const {
  const auto says = [detail](std::string_view words) { return detail.find(words) != detail.npos; };
  const bool hung_up = says("Socket closed") || says("Connection reset") || says("Broken pipe");
  if (!connection_.tls) {
    return hung_up ? "It hung up: if it speaks TLS, say so with --tls-ca or --tls."
                   : "Is it running, and is --address right?";
  }
  if (says("wrong version number") || says("http request")) {
    return "It does not speak TLS: leave out --tls and the other --tls flags.";
  }
  if (says("certificate verify failed")) {
    return "Its certificate has expired, or no authority that is trusted signed it: --tls-ca names "
           "the file of the right one.";
  }
  if (says("is not in peer certificate") || says("Hostname Verification")) {
    return "Its certificate is for another name: use that in --address, or give it as "
           "--tls-server-name.";
  }
  if (says("empty address list")) {
    return "The files given cannot be used: do --tls-cert and --tls-key belong together?";
  }
  if (hung_up) {
    return connection_.shows_certificate
               ? "It hung up: it may not take this certificate, which an authority of its "
                 "admin.tls.client_ca must have signed."
               : "It hung up: it may want to see a certificate (--tls-cert and --tls-key).";
  }
  return "Is it running, and is --address right?";
}

std::string Client::Sentence(const grpc::Status& status) const {
  if (Interrupted(status)) return "interrupted";
  const std::string detail = OneLine(status.error_message());
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      if (Reached()) return detail;
      return fmt::format("cannot reach Understudy at {}: {}. {}", address_, detail, Advice(detail));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return fmt::format("no answer from {} within the time given; --timeout allows more",
                         address_);
    case grpc::StatusCode::UNIMPLEMENTED:
      return fmt::format(
          "the server at {} does not offer this call: {}. Is it an Understudy of "
          "this version?",
          address_, detail);
    default:
      return detail.empty() ? fmt::format("the server failed with status {} and gave no reason",
                                          static_cast<int>(status.error_code()))
                            : detail;
  }
}

}  // namespace understudy
