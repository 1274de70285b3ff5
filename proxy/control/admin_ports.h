// What the admin services need beside RolloutControl: small doors to records, configuration,
// routing and time, so that each can be stood in for.
//
// Threads: every port is called from any admin thread, several at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proxy/base/time.h"
#include "proxy/control/admin_denials.h"
#include "proxy/model/control_view.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

struct DivergenceFilter {
  std::string route;      // empty: all
  std::string candidate;  // empty: all
  double min_divergence = 0;
  WallTime not_before{};  // the listing ends at the first record that is older
  std::size_t limit = 20;
  std::string page_token;  // of the page before, or empty
};

struct DivergenceListing {
  std::vector<DivergenceRecord> records;  // newest first, at most `limit`
  std::string next_page_token;            // empty: no more
};

class DivergenceSource {
 public:
  virtual ~DivergenceSource() = default;
  // INVALID_ARGUMENT for a page token that is none of its own.
  virtual absl::StatusOr<DivergenceListing> List(const DivergenceFilter& filter) = 0;
  // NOT_FOUND when no record on disk has this id.
  virtual absl::StatusOr<DivergenceRecord> Find(std::string_view id) = 0;
};

// One thing wrong with a configuration, as the admin API shows it.
struct ConfigComplaint {
  std::string filename;
  std::uint32_t line = 0;  // from 1; 0: the file as a whole
  std::uint32_t column = 0;
  std::string message;
};

struct ConfigInForce {
  std::string text;  // as read, before expansion
  std::string hash;  // 16 hex digits
  std::string filename;
  WallTime loaded_at{};
};

struct ConfigCheckup {
  std::vector<ConfigComplaint> faults;  // empty: valid
  std::string hash;                     // of the text that was checked
};

// Whether the ${...} of a text that somebody sent are looked up in this process.
enum class SentValues { kLookedUp, kRefused };

class ConfigPort {
 public:
  virtual ~ConfigPort() = default;
  virtual ConfigInForce Present() const = 0;
  // Checks a text, or, without one, the file on disk, whose values are always looked up. Changes
  // nothing.
  virtual ConfigCheckup Check(std::optional<std::string_view> text, std::string_view filename,
                              SentValues values) = 0;
  // Validates, builds and swaps the file on disk; with faults nothing has changed.
  virtual ConfigCheckup Reload(std::string_view actor) = 0;
};

// A request that need not exist.
struct RequestDescription {
  std::string method;
  std::string path;                                          // begins with "/"; may have a query
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string client_address;
  std::string body;
};

struct MirrorForecast {
  std::string candidate;
  bool mirrored = false;
  std::string reason;
  double draw = 0;  // in [0,1): mirrored when below `rate`
  double rate = 0;
};

struct RequestForecast {
  bool matched = false;
  std::string route;
  std::string unit_source;   // "header x-user-id", "request", ...
  std::uint32_t bucket = 0;  // 0..999999
  std::string arm;           // "incumbent" or "candidate"
  std::string cluster;
  std::string sentence;
  std::vector<MirrorForecast> mirrors;
};

// What would become of a request; by the same functions that decide for real ones.
using RequestExplainer = std::function<absl::StatusOr<RequestForecast>(const RequestDescription&)>;

// Where the services get time from.
struct AdminClock {
  std::function<WallTime()> wall;
  std::function<SteadyTime()> steady;
};

// Everything is borrowed and outlives the server.
struct AdminPorts {
  RolloutControl& rollouts;
  DivergenceSource& divergences;
  ConfigPort& config;
  RequestExplainer explain_request;
  AdminClock clock;
  AdminDenials& denials;  // where refusals are counted
};

}  // namespace understudy
