// Building pools, and comparing what two of them say of one service.
#include "comparators/grpc/descriptor_sets.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/text.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.pb.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr std::size_t kMaxImports = 64;  // one after the other
constexpr std::string_view kOwnFiles = "google/protobuf/";

class FirstError final : public DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, const std::string& element, const Message*, ErrorLocation,
                const std::string& message) override {
    if (text_.empty()) {
      text_ = fmt::format("{}: {}: {}", ShownText(file), ShownText(element), ShownText(message));
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class PoolBuilder {
 public:
  explicit PoolBuilder(const FileDescriptorSet& set) {
    for (const FileDescriptorProto& file : set.file()) {
      const auto [known, is_new] = files_.emplace(file.name(), &file);
      if (!is_new && known->second->SerializeAsString() != file.SerializeAsString()) {
        Fault(fmt::format("it has two files {} that differ", ShownText(file.name())));
      }
    }
  }

  BuiltDescriptors Run() && {
    for (const auto& [name, file] : files_) {
      if (fault_.empty()) Add(*file, 0);
    }
    return {std::move(pool_), std::move(fault_)};
  }

 private:
  void Fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  void Add(const FileDescriptorProto& file, std::size_t depth) {
    if (pool_->FindFileByName(file.name()) != nullptr) return;
    if (depth > kMaxImports) return Fault("its files import each other");
    for (const std::string& import : file.dependency()) {
      const auto found = files_.find(import);
      if (found != files_.end()) {
        Add(*found->second, depth + 1);
      } else if (!AddOwn(import)) {
        return Fault(
            fmt::format("{} imports {}, which is not in it; write it with protoc --include_imports",
                        ShownText(file.name()), ShownText(import)));
      }
      if (!fault_.empty()) return;
    }
    FirstError error;
    if (pool_->BuildFileCollectingErrors(file, &error) == nullptr) Fault(error.text());
  }

  // A file that comes with Protobuf.
  bool AddOwn(const std::string& name) {
    if (!name.starts_with(kOwnFiles)) return false;
    if (pool_->FindFileByName(name) != nullptr) return true;
    const FileDescriptor* known = DescriptorPool::generated_pool()->FindFileByName(name);
    if (known == nullptr) return false;
    FileDescriptorProto copy;
    known->CopyTo(&copy);
    Add(copy, 0);
    return fault_.empty();
  }

  std::map<std::string, const FileDescriptorProto*> files_;
  std::unique_ptr<DescriptorPool> pool_ = std::make_unique<DescriptorPool>();
  std::string fault_;
};

// Everything that a service says of messages, in the order of their names.
class ServiceText {
 public:
  explicit ServiceText(const ServiceDescriptor& service) {
    text_ = service.DebugString();
    for (int i = 0; i < service.method_count(); ++i) {
      Add(*service.method(i)->input_type());
      Add(*service.method(i)->output_type());
    }
    for (const auto& [name, text] : types_) text_ += text;
  }
  const std::string& text() const { return text_; }

 private:
  void Add(const Descriptor& type) {
    if (!types_.emplace(type.full_name(), type.DebugString()).second) return;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.message_type() != nullptr) Add(*field.message_type());
      if (const EnumDescriptor* words = field.enum_type()) {
        types_.emplace(words->full_name(), words->DebugString());
      }
    }
  }

  std::string text_;
  std::map<std::string, std::string> types_;
};

std::vector<const ServiceDescriptor*> ServicesOf(const FileDescriptorSet& set,
                                                 const DescriptorPool& pool) {
  std::vector<const ServiceDescriptor*> services;
  std::set<std::string> seen;
  for (const FileDescriptorProto& proto : set.file()) {
    const FileDescriptor* file = pool.FindFileByName(proto.name());
    if (file == nullptr || !seen.insert(proto.name()).second) continue;
    for (int i = 0; i < file->service_count(); ++i) services.push_back(file->service(i));
  }
  return services;
}

}  // namespace

BuiltDescriptors BuildDescriptors(const FileDescriptorSet& set) { return PoolBuilder(set).Run(); }

std::shared_ptr<const DescriptorSets> DescriptorSets::Build(
    const std::vector<DescriptorSetFile>& files, std::vector<DescriptorSetFault>& faults) {
  auto sets = std::make_shared<DescriptorSets>();
  std::map<std::string, std::pair<std::string, std::string>> known;  // service: file, text
  understudy::Fingerprint hash;
  for (std::size_t i = 0; i < files.size(); ++i) {
    FileDescriptorSet parsed;
    const bool is_set = parsed.ParseFromString(files[i].bytes) && parsed.file_size() > 0 &&
                        std::all_of(parsed.file().begin(), parsed.file().end(),
                                    [](const auto& file) { return !file.name().empty(); });
    if (!is_set) {
      faults.push_back({i, fmt::format("{} is no descriptor set, which protoc "
                                       "--include_imports --descriptor_set_out writes",
                                       ShownText(files[i].name))});
      continue;
    }
    BuiltDescriptors built = BuildDescriptors(parsed);
    if (!built.fault.empty()) {
      faults.push_back(
          {i, fmt::format("{} cannot be used: {}", ShownText(files[i].name), built.fault)});
      continue;
    }
    Set set{std::make_unique<MethodPool>(std::move(built.pool)), {}};
    set.services = ServicesOf(parsed, set.pool->Descriptors());
    for (const ServiceDescriptor* service : set.services) {
      const std::string text = ServiceText(*service).text();
      const auto [before, is_new] =
          known.emplace(service->full_name(), std::pair(files[i].name, text));
      if (is_new || before->second.second == text) continue;
      faults.push_back(
          {i, fmt::format("the service {} in {} is another than in {}", service->full_name(),
                          ShownText(files[i].name), ShownText(before->second.first))});
    }
    hash.Add(files[i].bytes);
    sets->sets_.push_back(std::move(set));
  }
  if (!sets->sets_.empty()) sets->fingerprint_ = hash.value();
  return sets;
}

std::optional<GrpcMethod> DescriptorSets::Find(GrpcMethodName name) const {
  for (const Set& set : sets_) {
    if (auto method = set.pool->Find(name)) return method;
  }
  return std::nullopt;
}

std::vector<std::string> DescriptorSets::Services() const {
  std::set<std::string> names;
  for (const Set& set : sets_) {
    for (const ServiceDescriptor* service : set.services) names.insert(service->full_name());
  }
  return {names.begin(), names.end()};
}

}  // namespace understudy
