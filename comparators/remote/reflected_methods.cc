// The asking thread, and what it has learnt.
#include "comparators/remote/reflected_methods.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/grpc/descriptor_sets.h"
#include "comparators/text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace understudy {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxServices = 64;
constexpr std::size_t kMaxPoolBytes = 64u << 20;
constexpr std::size_t kMaxAddresses = 3;  // of one ask
constexpr std::chrono::seconds kDeadline{5};
constexpr std::chrono::seconds kFirstWait{60};
constexpr std::chrono::seconds kLongestWait{3600};
constexpr std::chrono::seconds kFresh{600};
constexpr std::size_t kMaxNameBytes = 512;
constexpr int kMaxAnswerBytes = 20 << 20;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<grpc::Channel> OpenChannel(const ReflectionTarget& target,
                                           const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!target.tls) {
    return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }
  if (!target.server_name.empty()) arguments.SetSslTargetNameOverride(target.server_name);
  grpc::SslCredentialsOptions options;
  if (!target.authorities.empty()) options.pem_root_certs = Contents(target.authorities);
  if (!target.certificate.empty()) {
    options.pem_cert_chain = Contents(target.certificate);
    options.pem_private_key = Contents(target.private_key);
  }
  return grpc::CreateCustomChannel(address, grpc::SslCredentials(options), arguments);
}

}  // namespace

std::string ReflectionTarget::Text() const {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}", fmt::join(addresses, " "), tls, authorities,
                     server_name, certificate, private_key);
}

ReflectedMethods::ReflectedMethods(ReflectionTarget target, News news)
    : target_(std::move(target)), news_(std::move(news)) {}

ReflectedMethods::~ReflectedMethods() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.Stop();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<GrpcMethod> ReflectedMethods::Find(GrpcMethodName name) const {
  if (name.service.empty() || name.service.size() > kMaxNameBytes) return std::nullopt;
  std::lock_guard lock(mutex_);
  auto found = services_.find(name.service);
  if (found == services_.end()) {
    if (!MakeRoom()) return std::nullopt;
    found = services_.emplace(std::string(name.service), Service()).first;
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { Run(); });
    }
    changed_.notify_all();
  } else if (!found->second.due && steady_clock::now() >= found->second.next) {
    found->second.due = true;
    changed_.notify_all();
  }
  if (found->second.pool == nullptr) return std::nullopt;
  return found->second.pool->Find(name);
}

bool ReflectedMethods::MakeRoom() const {
  if (services_.size() < kMaxServices) return true;
  const auto now = steady_clock::now();
  const auto over = std::find_if(services_.begin(), services_.end(), [now](const auto& one) {
    return one.second.pool == nullptr && !one.second.due && now >= one.second.next;
  });
  if (over == services_.end()) return false;
  services_.erase(over);
  return true;
}

void ReflectedMethods::WaitUntilAsked() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] {
    return std::none_of(services_.begin(), services_.end(),
                        [](const auto& one) { return one.second.due; });
  });
}

void ReflectedMethods::Run() const {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto due = std::find_if(services_.begin(), services_.end(),
                                  [](const auto& one) { return one.second.due; });
    if (due == services_.end()) {
      changed_.wait(lock);
      continue;
    }
    const std::string service = due->first;
    lock.unlock();
    Ask(service);
    lock.lock();
    changed_.notify_all();
  }
}

absl::StatusOr<google::protobuf::FileDescriptorSet> ReflectedMethods::AskAddresses(
    const std::string& service) const {
  absl::StatusOr<google::protobuf::FileDescriptorSet> files =
      absl::InternalError("it has no address");
  const std::size_t count = target_.addresses.size();
  for (std::size_t i = 0; i < std::min(count, kMaxAddresses); ++i) {
    const std::string& address = target_.addresses[first_address_ % count];
    files = AskReflection(OpenChannel(target_, address), service, kDeadline, stop_);
    if (files.ok() || files.status().code() == absl::StatusCode::kNotFound) break;
    ++first_address_;
  }
  return files;
}

std::string ReflectedMethods::Learn(Service& known,
                                    const google::protobuf::FileDescriptorSet& files,
                                    std::unique_ptr<google::protobuf::DescriptorPool> pool) const {
  const std::string bytes = files.SerializeAsString();
  understudy::Fingerprint hash;
  hash.Add(bytes);
  if (known.pool != nullptr && known.set == hash.value()) return "";
  if (bytes.size() > kMaxPoolBytes - pool_bytes_) return "the descriptors it told are too many";
  pool_bytes_ += bytes.size();
  pools_.push_back(std::make_unique<const MethodPool>(std::move(pool)));
  known.pool = pools_.back().get();
  known.set = hash.value();
  return "";
}

void ReflectedMethods::Ask(const std::string& service) const {
  const absl::StatusOr<google::protobuf::FileDescriptorSet> files = AskAddresses(service);
  BuiltDescriptors built;
  std::string fault;
  if (files.ok()) {
    built = BuildDescriptors(*files);
    fault = built.fault;
    if (fault.empty() && built.pool->FindServiceByName(service) == nullptr) {
      fault = "the server's files do not have it";
    }
  } else {
    fault = std::string(files.status().message());
  }
  std::string said;
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    Service& known = services_[service];
    known.due = false;
    const bool was_known = known.pool != nullptr;
    if (fault.empty()) fault = Learn(known, *files, std::move(built.pool));
    const std::string shown = ShownText(service);
    if (fault.empty()) {
      if (!was_known) said = fmt::format("its server told of gRPC service {}", shown);
      known.wait = kFresh;
    } else {
      if (known.wait < kFirstWait) {
        said = fmt::format("gRPC service {} is not known and its server did not tell of it: {}",
                           shown, fault);
      }
      known.wait = was_known ? kFresh : std::clamp(known.wait * 2, kFirstWait, kLongestWait);
    }
    known.next = steady_clock::now() + known.wait;
  }
  if (news_ && !said.empty()) news_(said);
}

}  // namespace understudy
