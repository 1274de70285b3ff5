// The strict reader behind a model, and its answers.
#include "test/property/serving/recording_model.h"

#include <strings.h>

#include <algorithm>

#include "test/property/serving/planned_answer.h"

namespace understudy {
namespace {

constexpr std::string_view kToken =
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

enum class Part { kWhole, kCut, kNoHttp };

// Splits a line off the front; false when it is not whole yet.
bool TakeLine(std::string_view& rest, std::string_view& line) {
  const std::size_t end = rest.find("\r\n");
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return true;
}

Part ReadFields(std::string_view& rest, std::vector<std::pair<std::string, std::string>>& fields) {
  std::string_view line;
  while (TakeLine(rest, line)) {
    if (line.empty()) return Part::kWhole;
    const std::size_t colon = line.find_first_not_of(kToken);
    if (colon == 0 || colon == std::string_view::npos || line.substr(colon, 2) != ": " ||
        line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return Part::kNoHttp;
    }
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return Part::kCut;
}

Part ReadChunks(std::string_view& rest, Delivered& request) {
  std::string_view line;
  while (TakeLine(rest, line)) {
    const std::size_t digits =
        std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    if (digits == 0 || (digits < line.size() && line[digits] != ';')) return Part::kNoHttp;
    const std::size_t size = std::stoull(std::string(line.substr(0, digits)), nullptr, 16);
    if (size == 0) {
      while (TakeLine(rest, line)) {
        if (line.empty()) return Part::kWhole;
        request.trailers.append(line).append("\r\n");
      }
      return Part::kCut;
    }
    if (rest.size() < size + 2) return Part::kCut;
    if (rest.substr(size, 2) != "\r\n") return Part::kNoHttp;
    request.payload.append(rest.substr(0, size));
    rest.remove_prefix(size + 2);
  }
  return Part::kCut;
}

// Reads one request off the front of `rest`.
Part ReadRequest(std::string_view& rest, Delivered& request) {
  std::string_view line;
  if (!TakeLine(rest, line)) return Part::kCut;
  request.start_line = line;
  if (std::count(line.begin(), line.end(), ' ') != 2 || !line.ends_with(" HTTP/1.1")) {
    return Part::kNoHttp;
  }
  if (const Part part = ReadFields(rest, request.fields); part != Part::kWhole) return part;
  const std::string length = request.Field("Content-Length");
  const std::string coding = request.Field("Transfer-Encoding");
  std::size_t framings = 0;
  for (const auto& [name, value] : request.fields) {
    framings += ::strcasecmp(name.c_str(), "content-length") == 0 ||
                ::strcasecmp(name.c_str(), "transfer-encoding") == 0;
  }
  if (framings > 1 || framings != (length.empty() ? 0u : 1u) + (coding.empty() ? 0u : 1u)) {
    return Part::kNoHttp;
  }
  request.chunked = coding == "chunked";
  if (request.chunked) return ReadChunks(rest, request);
  if (!coding.empty()) return Part::kNoHttp;
  const std::size_t bytes = length.empty() ? 0 : std::stoull(length);
  if (rest.size() < bytes) return Part::kCut;
  request.payload = rest.substr(0, bytes);
  rest.remove_prefix(bytes);
  return Part::kWhole;
}

}  // namespace

std::string Delivered::Field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

RecordingModel::RecordingModel(bool closes_unsaid)
    : closes_unsaid_(closes_unsaid),
      server_(FakeUpstream::Raw([this](FakeUpstream::Connection& connection, const HttpText&) {
        return Serve(connection);
      })) {}

bool RecordingModel::Serve(FakeUpstream::Connection& connection) {
  ++open_;
  std::string buffer;
  while (ReadAndAnswer(connection, buffer)) {
  }
  --open_;
  return false;
}

bool RecordingModel::ReadAndAnswer(FakeUpstream::Connection& connection, std::string& buffer) {
  while (true) {
    Delivered request;
    std::string_view rest = buffer;
    const Part part = ReadRequest(rest, request);
    request.whole = part == Part::kWhole;
    if (part == Part::kNoHttp) {
      Fault("no request: " + buffer.substr(0, 2000));
      return false;
    }
    if (request.whole) {
      if (!rest.empty()) Fault("bytes behind a request: " + buffer.substr(0, 2000));
      const std::string method = request.start_line.substr(0, request.start_line.find(' '));
      const PlannedAnswer answer = AnswerTo(request.Field("x-case"), method, closes_unsaid_);
      Note(std::move(request));
      buffer.clear();
      connection.socket.Send(answer.wire);
      return answer.ending == Ending::kKept;
    }
    while (!connection.socket.WaitReadable(20)) {
      if (connection.ending) return false;
    }
    if (connection.socket.Read(buffer) == TestSocket::Got::kBytes) continue;
    if (!buffer.empty()) Note(std::move(request));
    return false;
  }
}

void RecordingModel::Note(Delivered request) {
  std::lock_guard lock(mutex_);
  seen_.push_back(std::move(request));
}

void RecordingModel::Fault(std::string what) {
  std::lock_guard lock(mutex_);
  faults_.push_back(std::move(what));
}

std::vector<Delivered> RecordingModel::Seen() const {
  std::lock_guard lock(mutex_);
  return seen_;
}

std::size_t RecordingModel::SeenWhole() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(seen_.begin(), seen_.end(), [](const Delivered& one) { return one.whole; }));
}

std::vector<std::string> RecordingModel::Faults() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

}  // namespace understudy
