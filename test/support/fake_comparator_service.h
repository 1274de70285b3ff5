// A comparator service in this process, which a test can make do anything to its stream.
//
// Threads: safe on any thread; answers are made on gRPC's threads.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "understudy/v1/comparator.grpc.pb.h"

namespace understudy {

class FakeComparatorService final : public v1::ComparatorService::Service {
 public:
  using Answers = std::vector<v1::CompareResponse>;
  struct Behaviour {
    // What is sent when a request comes, in this order; nothing: the request is kept, see Kept().
    std::function<Answers(const v1::CompareRequest&)> answer;
    // Fills in more of a description than its name, version and summary; may be empty.
    std::function<void(const v1::DescribeComparatorRequest&, v1::DescribeComparatorResponse&)>
        describe = {};
  };

  // Port 0: any free one. Throws when it cannot listen.
  explicit FakeComparatorService(Behaviour behaviour, int port = 0)
      : behaviour_(std::move(behaviour)) {
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(65 << 20);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                             &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) throw std::runtime_error("the fake service cannot listen");
  }
  ~FakeComparatorService() override {
    server_->Shutdown(std::chrono::system_clock::now());  // calls under way are cancelled
    server_->Wait();
  }

  int Port() const { return port_; }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }
  int Streams() const { return streams_; }
  int Descriptions() const { return descriptions_; }

  // The requests that got no answer when they came, once there are as many as that.
  std::vector<v1::CompareRequest> Kept(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(10), [&] { return kept_.size() >= count; });
    return kept_;
  }
  // Sends on the newest stream.
  void Send(const v1::CompareResponse& response) {
    std::lock_guard lock(mutex_);
    if (stream_ != nullptr) stream_->Write(response);
  }
  // Breaks the newest stream.
  void Break() {
    std::lock_guard lock(mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }

  static v1::CompareResponse Score(std::uint64_t id, double divergence, std::string reason = {}) {
    v1::CompareResponse response;
    response.set_id(id);
    response.mutable_comparison()->set_divergence(divergence);
    response.mutable_comparison()->set_reason(std::move(reason));
    return response;
  }

  grpc::Status Describe(grpc::ServerContext*, const v1::DescribeComparatorRequest* request,
                        v1::DescribeComparatorResponse* response) override {
    ++descriptions_;
    response->set_name("fake");
    response->set_version("1");
    response->set_summary("what a test wants");
    if (behaviour_.describe) behaviour_.describe(*request, *response);
    return grpc::Status::OK;
  }

  grpc::Status Compare(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::CompareResponse, v1::CompareRequest>* stream) override {
    {
      std::lock_guard lock(mutex_);
      stream_ = stream;
      context_ = context;
      ++streams_;
    }
    v1::CompareRequest request;
    while (stream->Read(&request)) {
      const Answers answers = behaviour_.answer(request);
      std::lock_guard lock(mutex_);
      for (const v1::CompareResponse& answer : answers) stream->Write(answer);
      if (answers.empty()) kept_.push_back(request);
      arrived_.notify_all();
    }
    std::lock_guard lock(mutex_);
    if (stream_ == stream) {
      stream_ = nullptr;
      context_ = nullptr;
    }
    return grpc::Status::OK;
  }

 private:
  const Behaviour behaviour_;
  int port_ = 0;
  std::atomic<int> streams_{0}, descriptions_{0};
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<v1::CompareRequest> kept_;
  grpc::ServerReaderWriter<v1::CompareResponse, v1::CompareRequest>* stream_ = nullptr;
  grpc::ServerContext* context_ = nullptr;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace understudy
