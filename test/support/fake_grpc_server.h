// A gRPC server in this process without services: a script answers each message of each call.
//
// Threads: the script runs on gRPC's threads, several at once; the rest may be called from any.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace understudy {

class FakeGrpcServer {
 public:
  struct Answer {
    std::string message = {};
    grpc::Status failure = grpc::Status::OK;  // instead of it
    bool mute = false;                        // neither
  };
  using Script = std::function<Answer(const std::string& path, const std::string& message)>;

  explicit FakeGrpcServer(Script script) : script_(std::move(script)), service_(*this) {
    grpc::ServerBuilder builder;
    builder.SetOption(std::make_unique<WithoutPlugins>());
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterCallbackGenericService(&service_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) throw std::runtime_error("the fake server cannot listen");
  }
  ~FakeGrpcServer() {
    server_->Shutdown(std::chrono::system_clock::now());  // calls under way are cancelled
    server_->Wait();
  }
  FakeGrpcServer(const FakeGrpcServer&) = delete;

  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  // How many messages came on calls of this path.
  int Asked(const std::string& path) const {
    std::lock_guard lock(mutex_);
    const auto known = asked_.find(path);
    return known == asked_.end() ? 0 : known->second;
  }

 private:
  // gRPC's own reflection is a plug-in of every server in a program that links it.
  struct WithoutPlugins final : grpc::ServerBuilderOption {
    void UpdateArguments(grpc::ChannelArguments*) override {}
    void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
      plugins->clear();
    }
  };

  class Call final : public grpc::ServerGenericBidiReactor {
   public:
    Call(FakeGrpcServer& server, std::string path) : server_(server), path_(std::move(path)) {
      StartRead(&read_);
    }

   private:
    void OnReadDone(bool ok) override {
      if (!ok) return FinishOnce(grpc::Status::OK);
      const Answer answer = server_.AnswerTo(path_, TextOf(read_));
      if (!answer.failure.ok()) return FinishOnce(answer.failure);
      if (answer.mute) return;
      const grpc::Slice slice(answer.message);
      written_ = grpc::ByteBuffer(&slice, 1);
      StartWrite(&written_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return FinishOnce(grpc::Status::CANCELLED);
      read_.Clear();
      StartRead(&read_);
    }
    void OnCancel() override { FinishOnce(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

    void FinishOnce(const grpc::Status& status) {
      {
        std::lock_guard lock(mutex_);
        if (std::exchange(finished_, true)) return;
      }
      Finish(status);
    }
    static std::string TextOf(const grpc::ByteBuffer& buffer) {
      std::vector<grpc::Slice> slices;
      std::string text;
      if (!buffer.Dump(&slices).ok()) return text;
      for (const grpc::Slice& slice : slices) {
        text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
      }
      return text;
    }

    FakeGrpcServer& server_;
    const std::string path_;
    grpc::ByteBuffer read_, written_;
    std::mutex mutex_;  // guards finished_
    bool finished_ = false;
  };

  class Service final : public grpc::CallbackGenericService {
   public:
    explicit Service(FakeGrpcServer& server) : server_(server) {}
    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* context) override {
      return new Call(server_, context->method());
    }

   private:
    FakeGrpcServer& server_;
  };

  Answer AnswerTo(const std::string& path, const std::string& message) {
    {
      std::lock_guard lock(mutex_);
      ++asked_[path];
    }
    return script_(path, message);
  }

  const Script script_;
  Service service_;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards asked_
  std::map<std::string, int> asked_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace understudy
