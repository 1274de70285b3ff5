// The methods of servers that speak of themselves: where a method is not known, the server is asked
// for its service on a thread of this class, and until the answer is there nobody waits for it.
//
// Threads: Find() runs on many at once; that it makes an ask due is no change to what it says.
// Descriptors live as long as this, also when the server's have changed since. Bounds: 64 services,
// of 64 MiB in all; one ask at a time, of at most three addresses with five seconds for each; a
// service that was not had is asked for again after a minute, then twice as long, up to an hour;
// one that is known after ten minutes of use. Where all places are taken, one of a service that was
// not had is given away once its time is over: whoever invents names causes 64 asks a minute.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "comparators/grpc/methods.h"
#include "comparators/remote/reflection_call.h"

namespace understudy {

// Who is asked. Files are PEM; empty ones are none.
struct ReflectionTarget {
  std::vector<std::string> addresses;  // the first that answers
  bool tls = false;
  std::string authorities;
  std::string server_name;
  std::string certificate;
  std::string private_key;

  // All of it, to tell targets apart.
  std::string Text() const;
};

class ReflectedMethods final : public GrpcMethods {
 public:
  // A sentence about what was learnt, or not, for the log; called on the asking thread.
  using News = std::function<void(const std::string&)>;
  explicit ReflectedMethods(ReflectionTarget target, News news = {});
  ~ReflectedMethods() override;
  ReflectedMethods(const ReflectedMethods&) = delete;
  ReflectedMethods& operator=(const ReflectedMethods&) = delete;

  std::optional<GrpcMethod> Find(GrpcMethodName name) const override;
  // What a server will say is not known beforehand.
  std::uint64_t Fingerprint() const override { return 0; }

  // For tests: until the asks that are due have been made.
  void WaitUntilAsked() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Service {
    // Null: not known (yet).
    const MethodPool* pool = nullptr;
    std::uint64_t set = 0;  // the hash of what the pool was built of
    bool due = true;
    Time next{};  // when it may be asked for again
    std::chrono::seconds wait{0};
  };

  void Run() const;
  void Ask(const std::string& service) const;
  absl::StatusOr<google::protobuf::FileDescriptorSet> AskAddresses(
      const std::string& service) const;
  // With the lock held: a place for one more service, or not.
  bool MakeRoom() const;
  // With the lock held: what a server told becomes what is known. A sentence says why not.
  std::string Learn(Service& known, const google::protobuf::FileDescriptorSet& files,
                    std::unique_ptr<google::protobuf::DescriptorPool> pool) const;

  const ReflectionTarget target_;
  const News news_;
  mutable CallStop stop_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  mutable std::map<std::string, Service, std::less<>> services_;
  mutable std::vector<std::unique_ptr<const MethodPool>> pools_;
  mutable std::size_t pool_bytes_ = 0;  // of the sets that they were built of
  bool stopping_ = false;
  mutable std::size_t first_address_ = 0;  // of the asking thread: where the next ask begins
  mutable std::thread thread_;             // begun when there is something to ask
};

}  // namespace understudy
