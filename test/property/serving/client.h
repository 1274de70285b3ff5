// A client that sends planned requests on one connection, in whatever pieces, and checks each
// answer.
//
// Threads: one owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "test/property/serving/planned_request.h"
#include "test/support/http_text.h"
#include "test/support/socket.h"

namespace understudy {

// What became of a planned request, as far as its client can know.
enum class Known {
  kAnswered,  // exactly one model saw it, once
  kLost,      // answered 502: the model may have seen it once, and twice what may be repeated
  kMaybe,     // sent whole by a client that left: a model may have seen it once
  kNever,     // nobody may have seen it whole
};

class Client {
 public:
  // Some of its kind send each request only after the last one's answer; some leave amid one.
  Client(TestSocket socket, std::vector<PlannedRequest> requests, Chance& chance);

  // Sends a piece or reads an answer. False: all is sent. Faults() has what went wrong.
  bool Step(Chance& chance);
  // Reads the remaining answers and the end.
  void Finish();

  const std::vector<PlannedRequest>& Requests() const { return requests_; }
  // In the order of Requests(), after Finish().
  const std::vector<Known>& Outcomes() const { return known_; }
  const std::vector<std::string>& Faults() const { return faults_; }

 private:
  void ReadAnswer();
  void CheckAnswer(const PlannedRequest& request, const HttpText& answer);
  void CheckRefusal(const PlannedRequest& request, const HttpText& answer);
  void Ended();
  void Fault(const PlannedRequest& request, const std::string& what);

  TestSocket socket_;
  HttpReader reader_;
  std::vector<PlannedRequest> requests_;
  std::vector<std::size_t> ends_;  // where each request ends in the stream
  std::vector<Known> known_;
  std::string stream_;
  std::size_t sent_ = 0;
  std::size_t answered_ = 0;  // requests whose answer was read
  bool waits_ = false;        // sends nothing before the last request's answer
  std::optional<std::size_t> leaves_at_;
  bool left_ = false;
  bool ended_ = false;  // by the proxy
  std::vector<std::string> faults_;
};

}  // namespace understudy
