// Which messages a gRPC method takes and gives: found by the path of a call, in descriptor sets and
// in what comes with the product.
//
// Threads: sources are immutable, or say how they change; Find() runs on many threads at once.
// Ownership: descriptors live as long as the source they came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "comparators/grpc/message_plan.h"
#include "comparators/guarded.h"
#include "google/protobuf/descriptor.h"

namespace understudy {

struct GrpcMethod {
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
  bool client_streams = false;
  bool server_streams = false;
  const MessagePlans* plans = nullptr;  // of their pool's messages
};

// "package.Service" and "Method" of a path "/package.Service/Method", which may have more in front
// of it and a query behind it. Empty where it names none.
struct GrpcMethodName {
  std::string_view service;
  std::string_view method;
};
GrpcMethodName GrpcMethodNameOf(std::string_view path);

class GrpcMethods {
 public:
  virtual ~GrpcMethods() = default;
  virtual std::optional<GrpcMethod> Find(GrpcMethodName name) const = 0;
  // Moves when Find() may give another answer; 0: nothing but what comes with the product.
  virtual std::uint64_t Fingerprint() const = 0;
};

// The methods of a pool's services, and how messages of their types are written. What was found
// once is found without the pool.
class MethodPool {
 public:
  explicit MethodPool(std::unique_ptr<google::protobuf::DescriptorPool> pool)
      : pool_(std::move(pool)) {}

  const google::protobuf::DescriptorPool& Descriptors() const { return *pool_; }
  std::optional<GrpcMethod> Find(GrpcMethodName name) const;

 private:
  const std::unique_ptr<google::protobuf::DescriptorPool> pool_;
  MessagePlans plans_;
  // By service and method.
  using Found = std::map<std::string, std::map<std::string, GrpcMethod, std::less<>>, std::less<>>;
  mutable Guarded<Found> found_;
};

// The Open Inference Protocol, TensorFlow Serving and gRPC's health checks.
const GrpcMethods& BundledMethods();

// The first of several sources that knows a method.
class MethodChain final : public GrpcMethods {
 public:
  // Null ones are left out.
  explicit MethodChain(std::vector<std::shared_ptr<const GrpcMethods>> sources);
  std::optional<GrpcMethod> Find(GrpcMethodName name) const override;
  std::uint64_t Fingerprint() const override;

 private:
  std::vector<std::shared_ptr<const GrpcMethods>> sources_;
};
// BundledMethods() as one of them.
std::shared_ptr<const GrpcMethods> SharedBundledMethods();

// They as a google.protobuf.FileDescriptorSet, with their imports.
std::string_view BundledDescriptorSet();

}  // namespace understudy
