// Descriptor sets of the user's, as `protoc --include_imports --descriptor_set_out` writes them.
// Each set stands for itself, so that two of them may bring the same files under other names; a
// service that is in several must be the same in each.
//
// Threads: immutable once built.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "comparators/grpc/methods.h"
#include "google/protobuf/descriptor.pb.h"

namespace understudy {

struct DescriptorSetFile {
  std::string name;   // for messages: its path
  std::string bytes;  // of a google.protobuf.FileDescriptorSet
};

// What is wrong with one of the files.
struct DescriptorSetFault {
  std::size_t file = 0;  // its position
  std::string message;
};

class DescriptorSets final : public GrpcMethods {
 public:
  // Faults are appended; with any, what is given back knows the other files alone.
  static std::shared_ptr<const DescriptorSets> Build(const std::vector<DescriptorSetFile>& files,
                                                     std::vector<DescriptorSetFault>& faults);

  std::optional<GrpcMethod> Find(GrpcMethodName name) const override;
  std::uint64_t Fingerprint() const override { return fingerprint_; }
  // Full names of all services, in order.
  std::vector<std::string> Services() const;

 private:
  struct Set {
    std::unique_ptr<MethodPool> pool;
    std::vector<const google::protobuf::ServiceDescriptor*> services;
  };
  std::vector<Set> sets_;
  std::uint64_t fingerprint_ = 0;
};

// Of one set of files, into a pool: what else than descriptors of messages and services it needs is
// taken from Protobuf's own files. A sentence says what is wrong; none: nothing.
struct BuiltDescriptors {
  std::unique_ptr<google::protobuf::DescriptorPool> pool;
  std::string fault;
};
BuiltDescriptors BuildDescriptors(const google::protobuf::FileDescriptorSet& set);

}  // namespace understudy
