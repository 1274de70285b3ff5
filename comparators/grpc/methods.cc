// Paths, and the descriptors that come with the product.
#include "comparators/grpc/methods.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "comparators/grpc/descriptor_sets.h"
#include "fmt/core.h"
#include "google/protobuf/descriptor.pb.h"

namespace understudy {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// A fault in them is a fault of this build, which its tests find.
class Bundled final : public GrpcMethods {
 public:
  Bundled() {
    google::protobuf::FileDescriptorSet set;
    const std::string_view bytes = BundledDescriptorSet();
    set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    BuiltDescriptors built = BuildDescriptors(set);
    if (!built.fault.empty()) {
      fmt::print(stderr, "the descriptors of this build are broken: {}\n", built.fault);
      std::abort();
    }
    pool_.emplace(std::move(built.pool));
  }

  std::optional<GrpcMethod> Find(GrpcMethodName name) const override { return pool_->Find(name); }
  std::uint64_t Fingerprint() const override { return 0; }

 private:
  std::optional<MethodPool> pool_;
};

}  // namespace

GrpcMethodName GrpcMethodNameOf(std::string_view path) {
  path = path.substr(0, std::min(path.find('?'), path.find('#')));
  const auto last_slash = [](std::string_view text) {
    const void* const found = text.empty() ? nullptr : ::memrchr(text.data(), '/', text.size());
    const auto* const at = static_cast<const char*>(found);
    return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(at - text.data());
  };
  const std::size_t method = last_slash(path);
  if (method == std::string_view::npos) return {};
  const std::size_t service = last_slash(path.substr(0, method));
  if (service == std::string_view::npos) return {};
  const GrpcMethodName name{path.substr(service + 1, method - service - 1),
                            path.substr(method + 1)};
  return name.service.empty() || name.method.empty() ? GrpcMethodName{} : name;
}

std::optional<GrpcMethod> MethodPool::Find(GrpcMethodName name) const {
  auto known = found_.With([&](const Found& found) -> std::optional<GrpcMethod> {
    const auto service = found.find(name.service);
    if (service == found.end()) return std::nullopt;
    const auto method = service->second.find(name.method);
    return method != service->second.end() ? std::optional(method->second) : std::nullopt;
  });
  if (known) return known;
  const ServiceDescriptor* service = pool_->FindServiceByName(std::string(name.service));
  if (service == nullptr) return std::nullopt;
  const MethodDescriptor* method = service->FindMethodByName(std::string(name.method));
  if (method == nullptr) return std::nullopt;
  const GrpcMethod found{method->input_type(), method->output_type(), method->client_streaming(),
                         method->server_streaming(), &plans_};
  found_.Changing([&](Found& all) { all[std::string(name.service)].emplace(name.method, found); });
  return found;
}

MethodChain::MethodChain(std::vector<std::shared_ptr<const GrpcMethods>> sources)
    : sources_(std::move(sources)) {
  std::erase(sources_, nullptr);
}

std::optional<GrpcMethod> MethodChain::Find(GrpcMethodName name) const {
  for (const auto& source : sources_) {
    if (auto method = source->Find(name)) return method;
  }
  return std::nullopt;
}

std::uint64_t MethodChain::Fingerprint() const {
  std::uint64_t sum = 0;
  for (const auto& source : sources_) sum += source->Fingerprint();
  return sum;
}

std::shared_ptr<const GrpcMethods> SharedBundledMethods() {
  return {std::shared_ptr<const GrpcMethods>(), &BundledMethods()};
}

const GrpcMethods& BundledMethods() {
  static const Bundled kBundled;
  return kBundled;
}

}  // namespace understudy
