// Questions in, answers matched, connections renewed.
#include "comparators/remote/service_connection.h"

#include <algorithm>
#include <utility>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{5'000};
constexpr std::chrono::seconds kConnectPatience{5};

}  // namespace

std::string IdentityOf(const v1::DescribeComparatorResponse& description) {
  return fmt::format("{} {}", ShownText(description.name(), 64),
                     ShownText(description.version(), 64));
}

ServiceConnection::ServiceConnection(ServiceRule rule, News news)
    : rule_(std::move(rule)), news_(std::move(news)) {}

std::string ServiceConnection::Label() const {
  return fmt::format("the comparator service \"{}\" at {}", rule_.name, rule_.address);
}

// What it answered that nobody waited for.
std::string ServiceConnection::Oddities() const {
  std::string text;
  if (counts_.surplus > 0) text += fmt::format("{} answers late or given twice", counts_.surplus);
  if (counts_.unknown > 0) {
    text += fmt::format("{}{} answers to pairs that were never sent", text.empty() ? "" : ", ",
                        counts_.unknown);
  }
  return text.empty() ? text : fmt::format("; so far {}", text);
}

absl::StatusOr<ServiceAnswer> ServiceConnection::Ask(v1::CompareRequest request) {
  std::unique_lock lock(mutex_);
  if (state_ == State::kEnded) {
    return absl::CancelledError(fmt::format("{} is no longer asked", Label()));
  }
  if (state_ == State::kIdle) {
    state_ = State::kStarting;
    reader_ = std::thread([this] { Connect(); });
    writer_ = std::thread([this] { Write(); });
  }
  if (state_ == State::kDown) {
    ++counts_.refused_down;
    return absl::InternalError(fmt::format("{} is away: {}", Label(), why_down_));
  }
  if (questions_.size() >= rule_.max_in_flight) {
    ++counts_.refused_full;
    return absl::UnavailableError(
        fmt::format("{} has {} pairs to compare already", Label(), rule_.max_in_flight));
  }
  const std::uint64_t id = next_id_++;
  const auto question = std::make_shared<Question>();
  question->request = std::move(request);
  question->request.set_id(id);
  question->until =
      steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(rule_.deadline);
  questions_.emplace(id, question);
  unsent_.push_back(id);
  work_.notify_one();
  if (!question->changed.wait_until(lock, question->until, [&] { return question->done; })) {
    GiveUp(id);
    return absl::DeadlineExceededError(fmt::format(
        "{} did not answer within {} ms{}", Label(),
        std::chrono::duration_cast<std::chrono::milliseconds>(rule_.deadline).count(), Oddities()));
  }
  return std::move(question->answer);
}

// A service that answers nothing at all is connected to anew: it may have forgotten its stream.
void ServiceConnection::GiveUp(std::uint64_t id) {
  ++counts_.timed_out;
  questions_.erase(id);
  unsent_.erase(std::remove(unsent_.begin(), unsent_.end(), id), unsent_.end());
  if (++overdue_in_a_row_ < rule_.max_in_flight || stream_ == nullptr) return;
  overdue_in_a_row_ = 0;
  context_->TryCancel();
}

void ServiceConnection::Take(v1::CompareResponse response) {
  std::lock_guard lock(mutex_);
  const auto at = questions_.find(response.id());
  if (at == questions_.end()) {
    const bool was_asked = response.id() > 0 && response.id() < next_id_;
    ++(was_asked ? counts_.surplus : counts_.unknown);
    if (was_asked) overdue_in_a_row_ = 0;  // slow, but alive
    return;
  }
  overdue_in_a_row_ = 0;
  ++counts_.answered;
  Question& question = *at->second;
  question.answer = ServiceAnswer{std::move(response), identity_};
  question.done = true;
  question.changed.notify_one();
  questions_.erase(at);
}

// Every question in flight gets `why` for an answer.
void ServiceConnection::Close(State state, const std::string& why) {
  const bool ended = state == State::kEnded;
  state_ = state;
  why_down_ = why;
  for (const auto& [id, question] : questions_) {
    const std::string text =
        fmt::format("{} {}: {}", Label(), ended ? "is left" : "broke off", why);
    question->answer = ended ? absl::CancelledError(text) : absl::InternalError(text);
    question->done = true;
    question->changed.notify_one();
  }
  questions_.clear();
  unsent_.clear();
}

void ServiceConnection::Connect() {
  auto pause = kFirstPause;
  std::uint64_t answered_before = 0;
  while (true) {
    const std::string why = RunStream();
    bool was_up = false;
    {
      std::unique_lock lock(mutex_);
      if (state_ == State::kEnded) return;
      was_up = state_ == State::kUp || state_ == State::kStarting;
      if (counts_.answered > answered_before) pause = kFirstPause;
      answered_before = counts_.answered;
      Close(State::kDown, why);
    }
    if (was_up && news_) news_(fmt::format("{} is away: {}", Label(), why));
    std::unique_lock lock(mutex_);
    rest_.wait_for(lock, pause, [this] { return state_ == State::kEnded; });
    if (state_ == State::kEnded) return;
    pause = std::min(2 * pause, kLongestPause);
  }
}

// Makes `context` the one that End() cancels; false after End().
bool ServiceConnection::Enter(grpc::ClientContext& context) {
  std::lock_guard lock(mutex_);
  context_ = &context;
  return state_ != State::kEnded;
}

std::string ServiceConnection::RunStream() {
  const auto stub = v1::ComparatorService::NewStub(OpenServiceChannel(rule_.address));
  grpc::ClientContext asking, comparing;
  if (!Enter(asking)) return "";
  const auto description = AskWhoItIs(*stub, "", kConnectPatience, asking);
  if (!Enter(comparing)) return "";
  std::string why;
  if (!description.ok()) {
    why = std::string(description.status().message());
  } else {
    const auto stream = stub->Compare(&comparing);
    {
      std::lock_guard lock(mutex_);
      if (state_ != State::kEnded) {
        stream_ = stream.get();
        identity_ = IdentityOf(*description);
        overdue_in_a_row_ = 0;
        state_ = State::kUp;
        ++counts_.connections;
      } else {
        comparing.TryCancel();
      }
      work_.notify_one();
    }
    if (news_) news_(fmt::format("{} is there: {}", Label(), IdentityOf(*description)));
    v1::CompareResponse response;
    while (stream->Read(&response)) Take(std::exchange(response, {}));
    comparing.TryCancel();  // wakes the writer where it waits for room
    std::unique_lock lock(mutex_);
    rest_.wait(lock, [this] { return !writing_; });
    stream_ = nullptr;
    lock.unlock();
    why = WordsOf(stream->Finish());
  }
  std::lock_guard lock(mutex_);
  context_ = nullptr;
  return why;
}

void ServiceConnection::Write() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_.wait(lock, [this] {
      return state_ == State::kEnded || (stream_ != nullptr && !unsent_.empty());
    });
    if (state_ == State::kEnded) return;
    const auto at = questions_.find(unsent_.front());
    unsent_.pop_front();
    if (at == questions_.end()) continue;
    const std::shared_ptr<Question> question = at->second;
    const auto left = std::max<std::int64_t>(
        1, std::chrono::nanoseconds(question->until - steady_clock::now()).count());
    question->request.mutable_deadline()->set_seconds(left / 1'000'000'000);
    question->request.mutable_deadline()->set_nanos(static_cast<int>(left % 1'000'000'000));
    Stream* const stream = stream_;
    writing_ = true;
    lock.unlock();
    const bool written = stream->Write(question->request);
    lock.lock();
    writing_ = false;
    if (!written && context_ != nullptr) context_->TryCancel();
    rest_.notify_all();
  }
}

void ServiceConnection::End() {
  {
    std::lock_guard lock(mutex_);
    if (state_ != State::kEnded) Close(State::kEnded, "it is no longer asked");
    if (context_ != nullptr) context_->TryCancel();
    work_.notify_all();
    rest_.notify_all();
  }
  if (reader_.joinable()) reader_.join();
  if (writer_.joinable()) writer_.join();
}

ServiceCounts ServiceConnection::Counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace understudy
