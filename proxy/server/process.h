// The composition root: makes every part, joins them, and takes them down again in order.
//
// Threads: Start, Run parts and Drain from one owner (main, or a test). Invariants: listeners open
// only after the control state was loaded; nothing is served as a canary from nothing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/model/topology.h"

namespace understudy {

struct ProcessOptions {
  std::string config_path;
  std::string log_level;  // instead of the file's; empty: as the file says
};

class Process {
 public:
  // The status is a sentence for the operator. INVALID_ARGUMENT: the configuration has faults (one
  // line each); anything else: an address, the data directory or the store cannot be used.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const ProcessOptions& options);
  ~Process();

  // Bound ports, for port 0 in tests.
  std::uint16_t ListenerPort(std::size_t listener) const;
  std::uint16_t GrpcPort() const;
  std::uint16_t HttpPort() const;

  // As SIGHUP: false when the file has faults, which are logged.
  bool Reload(std::string_view actor);
  // Not ready; after the grace, stops accepting; lets requests finish; saves; returns.
  void Drain();

 private:
  struct Parts;
  explicit Process(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace understudy
