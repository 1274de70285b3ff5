// Asking for a symbol, then for the imports that did not come with it.
#include "comparators/remote/reflection_call.h"

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "comparators/grpc/wire_fields.h"
#include "comparators/remote/service_channel.h"
#include "comparators/text.h"
#include "fmt/format.h"
#include "grpcpp/generic/generic_stub.h"

namespace understudy {
namespace {

using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;

constexpr std::size_t kMaxBytes = 16u << 20;
constexpr int kMaxFiles = 256;
constexpr std::string_view kOwnFiles = "google/protobuf/";
constexpr const char* kVersions[] = {"v1", "v1alpha"};

// Fields of ServerReflectionRequest and ServerReflectionResponse.
constexpr std::uint32_t kFileByName = 3;
constexpr std::uint32_t kFileContainingSymbol = 4;
constexpr std::uint32_t kFileDescriptorResponse = 4;
constexpr std::uint32_t kErrorResponse = 7;

std::string RequestOf(std::uint32_t field, const std::string& text) {
  std::string request;
  request += static_cast<char>(field << 3 | 2);
  for (std::size_t size = text.size(); true; size >>= 7) {
    request += static_cast<char>((size & 0x7F) | (size > 0x7F ? 0x80 : 0));
    if (size <= 0x7F) break;
  }
  return request + text;
}

// A stream on which one question follows the other.
class ReflectionStream {
 public:
  ReflectionStream(const std::shared_ptr<grpc::Channel>& channel, const char* version,
                   std::chrono::system_clock::time_point deadline, CallStop& stop)
      : stub_(channel), stop_(stop) {
    context_.set_deadline(deadline);
    stop_.Watch(&context_);
    call_ = stub_.PrepareCall(
        &context_,
        fmt::format("/grpc.reflection.{}.ServerReflection/ServerReflectionInfo", version), &queue_);
    call_->StartCall(nullptr);
    open_ = Next();
  }
  ~ReflectionStream() {
    stop_.Watch(nullptr);
    context_.TryCancel();
    if (!finished_) Finish();
    queue_.Shutdown();
    while (Next()) {
    }
  }
  ReflectionStream(const ReflectionStream&) = delete;
  ReflectionStream& operator=(const ReflectionStream&) = delete;

  // Nothing: the stream is over, and Finish() says why.
  std::optional<std::string> Ask(const std::string& request) {
    if (!open_) return std::nullopt;
    const grpc::Slice slice(request);
    call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    open_ = Next();
    grpc::ByteBuffer answer;
    if (open_) {
      call_->Read(&answer, nullptr);
      open_ = Next();
    }
    if (!open_) return std::nullopt;
    std::vector<grpc::Slice> slices;
    if (!answer.Dump(&slices).ok()) return std::nullopt;
    std::string bytes;
    for (const grpc::Slice& one : slices) {
      bytes.append(reinterpret_cast<const char*>(one.begin()), one.size());
    }
    return bytes;
  }

  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Next();
    finished_ = true;
    return status;
  }

 private:
  // Waits for the one thing that was begun; the call's deadline ends that, too.
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  CallStop& stop_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool open_ = false;
  bool finished_ = false;
};

// Gathers files, each once.
class Files {
 public:
  // What an answer brings; a refusal is NotFound.
  absl::Status Add(const std::string& answer) {
    std::vector<WireField> fields;
    if (ScanFields(answer, answer, kMaxFiles, fields) != FieldScan::kWhole) return Malformed();
    for (const WireField& field : fields) {
      if (field.type != WireType::kBytes) continue;
      if (field.number == kErrorResponse) {
        return absl::NotFoundError("the server does not know the service");
      }
      if (field.number != kFileDescriptorResponse) continue;
      std::vector<WireField> files;
      if (ScanFields(answer, field.Bytes(answer), kMaxFiles, files) != FieldScan::kWhole) {
        return Malformed();
      }
      for (const WireField& file : files) {
        if (absl::Status added = AddFile(file.Bytes(answer)); !added.ok()) return added;
      }
    }
    return absl::OkStatus();
  }

  // A file that is imported and not there, or nothing.
  std::string Missing() const {
    for (const FileDescriptorProto& file : set_.file()) {
      for (const std::string& import : file.dependency()) {
        if (!names_.contains(import) && !ComesWithProtobuf(import)) return import;
      }
    }
    return "";
  }
  bool empty() const { return names_.empty(); }
  FileDescriptorSet Take() { return std::move(set_); }

 private:
  static bool ComesWithProtobuf(const std::string& name) {
    return name.starts_with(kOwnFiles) &&
           google::protobuf::DescriptorPool::generated_pool()->FindFileByName(name) != nullptr;
  }
  static absl::Status Malformed() {
    return absl::InternalError("the server's answer is no answer of reflection");
  }

  absl::Status AddFile(std::string_view bytes) {
    bytes_ += bytes.size();
    if (bytes_ > kMaxBytes || set_.file_size() >= kMaxFiles) {
      return absl::ResourceExhaustedError("the server's descriptors are beyond the bounds");
    }
    FileDescriptorProto file;
    if (!file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Malformed();
    if (names_.insert(file.name()).second) *set_.add_file() = std::move(file);
    return absl::OkStatus();
  }

  FileDescriptorSet set_;
  std::set<std::string> names_;
  std::size_t bytes_ = 0;
};

absl::Status Failure(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return absl::NotFoundError("the server does not speak of its services (no reflection)");
  }
  return absl::InternalError(WordsOf(status));
}

absl::StatusOr<FileDescriptorSet> Ask(ReflectionStream& stream, const std::string& service) {
  Files files;
  std::string request = RequestOf(kFileContainingSymbol, service);
  for (int asked = 0; asked < kMaxFiles; ++asked) {
    const std::optional<std::string> answer = stream.Ask(request);
    if (!answer) return Failure(stream.Finish());
    if (absl::Status added = files.Add(*answer); !added.ok()) return added;
    if (files.empty()) return absl::NotFoundError("the server knows no file of the service");
    const std::string missing = files.Missing();
    if (missing.empty()) return files.Take();
    request = RequestOf(kFileByName, missing);
  }
  return absl::ResourceExhaustedError("the server's descriptors are in too many files");
}

}  // namespace

void CallStop::Watch(grpc::ClientContext* context) {
  std::lock_guard lock(mutex_);
  context_ = context;
  if (stopped_ && context != nullptr) context->TryCancel();
}

void CallStop::Stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  if (context_ != nullptr) context_->TryCancel();
}

absl::StatusOr<FileDescriptorSet> AskReflection(const std::shared_ptr<grpc::Channel>& channel,
                                                const std::string& service,
                                                std::chrono::nanoseconds deadline, CallStop& stop) {
  const auto until = std::chrono::system_clock::now() +
                     std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline);
  absl::StatusOr<FileDescriptorSet> files = absl::NotFoundError("not asked");
  for (const char* version : kVersions) {
    ReflectionStream stream(channel, version, until, stop);
    files = Ask(stream, service);
    if (files.ok() || files.status().code() != absl::StatusCode::kNotFound) break;
  }
  return files;
}

}  // namespace understudy
