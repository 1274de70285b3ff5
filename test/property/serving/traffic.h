// A proxy with four recording models, clients that send sequences to it, and the account of who saw
// what.
//
// Threads: one owner.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "test/property/serving/client.h"
#include "test/property/serving/recording_model.h"
#include "test/support/running_proxy.h"

namespace understudy {

class Traffic {
 public:
  Traffic();

  // Several clients at once, their pieces interleaved; `seed` decides all of it. What went wrong on
  // the clients' side.
  std::vector<std::string> Round(std::uint64_t seed);
  // Ends the proxy. What went wrong on the models' side: requests that somebody saw who should not
  // have, or not as they were sent, or that nobody saw.
  std::vector<std::string> Settle();

  std::size_t Sent() const { return sent_.size(); }
  std::size_t Answered() const;
  std::size_t Mirrored() const { return shadows_.SeenWhole(); }

 private:
  struct Account {
    PlannedRequest request;
    Known known;
    int seen = 0;
    int shadowed = 0;
  };

  void CheckSeen(const RecordingModel& model, char route);
  void CheckShadows();
  void CheckMirroredCount();
  Account* Find(const Delivered& seen);
  void CheckSame(const Delivered& seen, const PlannedRequest& request, bool shadow);
  void Fault(const std::string& what) { faults_.push_back(what); }

  RecordingModel kept_{false};     // route a
  RecordingModel mirrored_{true};  // route b
  RecordingModel shadows_{false};  // its candidate
  RecordingModel mutating_{true};  // route d
  std::unique_ptr<RunningProxy> proxy_;
  std::map<std::string, Account, std::less<>> sent_;
  std::vector<std::string> faults_;
};

}  // namespace understudy
