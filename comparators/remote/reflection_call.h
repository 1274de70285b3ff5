// One question to a server about its own services (gRPC Server Reflection), over a stream that is
// opened for it: grpc.reflection.v1, and where a server has not that, v1alpha, whose messages are
// the same.
//
// Threads: safe on any thread; waits for the network up to the deadline.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpcpp/grpcpp.h"

namespace understudy {

// Lets another thread end a call that is under way.
class CallStop {
 public:
  // The call that is under way now, or null. A call that begins after Stop() is ended at once.
  void Watch(grpc::ClientContext* context);
  void Stop();

 private:
  std::mutex mutex_;
  grpc::ClientContext* context_ = nullptr;
  bool stopped_ = false;
};

// The files that a service is made of, with all they import. NotFound: the server knows no such
// service, or does not speak of its services; ResourceExhausted: more than 16 MiB or 256 files;
// Internal with gRPC's words for every other failure.
absl::StatusOr<google::protobuf::FileDescriptorSet> AskReflection(
    const std::shared_ptr<grpc::Channel>& channel, const std::string& service,
    std::chrono::nanoseconds deadline, CallStop& stop);

}  // namespace understudy
