// Reaching a comparator service: a channel with its bounds, and the question who it is.
//
// Threads: pure but for the network; safe on any thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "understudy/v1/comparator.grpc.pb.h"

namespace understudy {

// Plaintext. Shares no connection and no waiting time after a failure with other channels.
std::shared_ptr<grpc::Channel> OpenServiceChannel(const std::string& address);

// Asks who the service is and whether it takes the options. Internal with gRPC's words when it
// gives no answer within the deadline, which it does at once where nobody listens. `context` lets
// another thread cancel.
absl::StatusOr<v1::DescribeComparatorResponse> AskWhoItIs(v1::ComparatorService::Stub& stub,
                                                          std::string_view options_json,
                                                          std::chrono::nanoseconds deadline,
                                                          grpc::ClientContext& context);

// What gRPC says of a failure, on one line and bounded.
std::string WordsOf(const grpc::Status& status);

}  // namespace understudy
