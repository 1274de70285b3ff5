// A compare thread: takes pairs from the workers' rings, asks the route's comparators, and turns
// each pair into a sample, counters and, where the answers part, a record. Never on a worker.
//
// Threads: Run() is the thread's body; everything else is set before it starts. Ownership: borrows
// what ScoringSurroundings refers to.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "comparators/scorer.h"
#include "proxy/async/ring.h"
#include "proxy/flow/candidate_scorers.h"
#include "proxy/flow/mirrored_request.h"
#include "proxy/flow/opened_answer.h"
#include "proxy/flow/sample_queue.h"
#include "proxy/flow/waiting_pairs.h"
#include "proxy/model/control_view.h"
#include "proxy/model/divergence_record.h"
#include "proxy/model/sample.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

struct ScoringSurroundings {
  std::vector<Ring<PairJob>*> rings;  // one from each worker
  ScorerSource& scorers;
  SampleQueue& samples;
  RecordSink& records;
  TrafficBook& book;
  std::size_t thread = 0;  // this thread's index in the book's blocks
  // Where a pair goes whose comparators wait for somebody outside; null: it is scored at once.
  WaitingPairs* waiting = nullptr;
};

class ScoringLoop {
 public:
  explicit ScoringLoop(ScoringSurroundings surroundings)
      : around_(std::move(surroundings)), scorers_(around_.scorers, around_.book, around_.thread) {}
  // Until Stop(); then what is still queued is counted as uncomparable{shutting_down}.
  void Run();
  // The body of a thread that may wait: scores what the others handed over, until `pairs` is
  // stopped.
  void RunOn(WaitingPairs& pairs);
  void Stop() { stopping_.store(true, std::memory_order_release); }

 private:
  // One pair: scored, refused, or handed over to the threads that may wait.
  void Score(PairJob& job);
  void ScoreControl(const PairJob& job, const PairScorer& scorer, RawPair pair, Sample& sample);
  static bool Untouched(const PairJob& job, const CandidateScorer& scoring);
  bool OpenCandidate(const PairJob& job);
  void Refuse(const PairJob& job, UncomparableReason reason);
  void Trim();

  ScoringSurroundings around_;
  CandidateScorers scorers_;
  OpenedAnswer baseline_, candidate_, control_;  // of the pair at hand, like the texts
  std::string request_text_, request_payload_;
  std::vector<AnswerHeader> request_headers_;
  std::atomic<bool> stopping_{false};
};

}  // namespace understudy
