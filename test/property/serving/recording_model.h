// A model server that records every byte it is sent, and reads it more strictly than any server has
// to: what is no request, or comes before the last one was answered, is noted as a fault.
//
// Threads: Seen() and Faults() may be called from any.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "test/support/fake_upstream.h"

namespace understudy {

// A request as it arrived.
struct Delivered {
  std::string start_line;
  std::vector<std::pair<std::string, std::string>> fields;  // as written, in order
  std::string payload;
  std::string trailers;  // as on the wire
  bool chunked = false;
  bool whole = false;  // false: the connection ended inside it

  // Of the field with exactly that name; empty when there is none.
  std::string Field(std::string_view name) const;
};

class RecordingModel {
 public:
  explicit RecordingModel(bool closes_unsaid);

  std::string Address() const { return server_.Address(); }
  std::vector<Delivered> Seen() const;
  // How many were seen whole.
  std::size_t SeenWhole() const;
  std::vector<std::string> Faults() const;
  // Whether every connection has ended.
  bool AllEnded() const { return open_ == 0; }

 private:
  bool Serve(FakeUpstream::Connection& connection);
  // False: the connection ended.
  bool ReadAndAnswer(FakeUpstream::Connection& connection, std::string& buffer);
  void Note(Delivered request);
  void Fault(std::string what);

  const bool closes_unsaid_;
  std::atomic<int> open_{0};
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Delivered> seen_;
  std::vector<std::string> faults_;
  FakeUpstream server_;  // last: its threads use the rest
};

}  // namespace understudy
