// Channel arguments and one unary call.
#include "comparators/remote/service_channel.h"

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// An answer holds 33 texts of which 256 bytes are kept each.
constexpr int kMaxAnswerBytes = 1 << 20;
constexpr int kKeepaliveMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

std::string_view NameOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "it did not answer in time";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "it does not speak understudy.v1.ComparatorService";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "a message is larger than one side takes";
    case grpc::StatusCode::CANCELLED:
      return "the call was cancelled";
    case grpc::StatusCode::OK:
      return "it ended the stream";
    default:
      return "it cannot be reached or failed";
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> OpenServiceChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A peer that vanished is noticed within 40 s even when nothing is to be sent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::StatusOr<v1::DescribeComparatorResponse> AskWhoItIs(v1::ComparatorService::Stub& stub,
                                                          std::string_view options_json,
                                                          std::chrono::nanoseconds deadline,
                                                          grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline));
  v1::DescribeComparatorRequest request;
  request.set_options_json(std::string(options_json));
  v1::DescribeComparatorResponse response;
  const grpc::Status status = stub.Describe(&context, request, &response);
  if (!status.ok()) return absl::InternalError(WordsOf(status));
  return response;
}

std::string WordsOf(const grpc::Status& status) {
  std::string words = std::string(NameOf(status.error_code()));
  if (!status.error_message().empty()) {
    words += fmt::format(" ({})", ShownText(status.error_message(), 160));
  }
  for (char& c : words) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return words;
}

}  // namespace understudy
