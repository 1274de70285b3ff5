// Sending in pieces, and judging answers.
#include "test/property/serving/client.h"

#include <algorithm>

#include "test/property/serving/planned_answer.h"

namespace understudy {

Client::Client(TestSocket socket, std::vector<PlannedRequest> requests, Chance& chance)
    : socket_(std::move(socket)),
      reader_(socket_),
      requests_(std::move(requests)),
      known_(requests_.size(), Known::kNever) {
  for (const PlannedRequest& request : requests_) {
    stream_ += request.wire;
    ends_.push_back(stream_.size());
  }
  waits_ = chance.OneIn(3);
  if (chance.OneIn(6)) leaves_at_ = chance.Below(stream_.size() + 1);
}

bool Client::Step(Chance& chance) {
  if (left_ || ended_) return false;
  if (leaves_at_ && sent_ >= *leaves_at_) {
    left_ = true;
    for (std::size_t i = answered_; i < requests_.size() && ends_[i] <= sent_; ++i) {
      if (requests_[i].fate == Fate::kServed) known_[i] = Known::kMaybe;
      if (requests_[i].closes) break;
    }
    chance.OneIn(2) ? socket_.Reset() : socket_.Close();
    return false;
  }
  if (waits_ && answered_ < requests_.size() && sent_ >= ends_[answered_]) {
    ReadAnswer();
    return true;
  }
  if (sent_ == stream_.size()) return false;
  std::size_t piece = 1 + chance.Below(chance.OneIn(2) ? 64 : 20'000);
  piece = std::min(piece, stream_.size() - sent_);
  if (leaves_at_) piece = std::min(piece, *leaves_at_ - sent_);
  if (waits_) piece = std::min(piece, ends_[answered_] - sent_);
  // A proxy that refused something has closed; what is behind it need not go out.
  if (!socket_.Send(std::string_view(stream_).substr(sent_, piece))) {
    sent_ = stream_.size();
    return false;
  }
  sent_ += piece;
  return true;
}

void Client::Finish() {
  if (left_) return;
  while (!ended_ && answered_ < requests_.size()) ReadAnswer();
  if (!ended_ && reader_.HasBytes()) Fault(requests_.back(), "bytes behind the last answer");
}

void Client::ReadAnswer() {
  const PlannedRequest& request = requests_[answered_];
  HttpText answer;
  do {
    answer = reader_.Read(request.method == "HEAD");
  } while (answer.whole && answer.Status() < 200);
  if (!answer.whole) {
    Fault(request, "no whole answer but: " + answer.head + answer.body.substr(0, 100));
    ended_ = true;
    return;
  }
  if (request.fate == Fate::kServed && answer.Field("x-id")) {
    CheckAnswer(request, answer);
  } else {
    CheckRefusal(request, answer);
  }
  ++answered_;
  const bool closing = request.closes || answer.Field("connection") == "close";
  if (closing) Ended();
}

void Client::CheckAnswer(const PlannedRequest& request, const HttpText& answer) {
  const PlannedAnswer planned = AnswerTo(request.id, request.method, request.route != 'a');
  known_[answered_] = Known::kAnswered;
  if (answer.Field("x-id") != request.id) Fault(request, "the answer of another: " + answer.head);
  if (answer.Status() != planned.status) Fault(request, "another status: " + answer.head);
  if (answer.body != planned.payload) Fault(request, "another body: " + answer.head);
  if (answer.Field("x-hop") || answer.Field("x-understudy-arm")) {
    Fault(request, "a field that ends at the proxy: " + answer.head);
  }
  const bool trailers = answer.chunked && planned.chunked;
  if (trailers && answer.trailers != planned.trailers) Fault(request, "other trailers");
}

void Client::CheckRefusal(const PlannedRequest& request, const HttpText& answer) {
  const std::string reason = answer.Field("x-understudy-reason").value_or("");
  const int status = answer.Status();
  switch (request.fate) {
    case Fate::kServed: {
      const auto planned = AnswerTo(request.id, request.method, request.route != 'a');
      const bool no_answer = planned.ending == Ending::kNoAnswer;
      known_[answered_] = Known::kLost;
      if (status != 502 || reason != "reset" || (request.Repeatable() && !no_answer)) {
        Fault(request, "not served: " + answer.head);
      }
      return;
    }
    case Fate::kNoRoute:
      if (status != 404 || reason != "no_route") Fault(request, "a route: " + answer.head);
      return;
    case Fate::kBadHead:
      if (status < 400 || reason != "bad_request") Fault(request, "not refused: " + answer.head);
      return;
    case Fate::kBadBody:
      if (status != 400 || reason != "bad_body") Fault(request, "not refused: " + answer.head);
      return;
  }
}

void Client::Ended() {
  ended_ = true;
  if (!reader_.AtEnd()) Fault(requests_[answered_ - 1], "the connection does not end");
}

void Client::Fault(const PlannedRequest& request, const std::string& what) {
  faults_.push_back(request.id + ": " + what);
}

}  // namespace understudy
