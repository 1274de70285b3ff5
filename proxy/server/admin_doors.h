// The admin API's doors into this process: configuration and the explanation of a request.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "proxy/base/snapshot.h"
#include "proxy/control/admin_ports.h"
#include "proxy/control/config_loader.h"
#include "proxy/model/traffic_view.h"

namespace understudy {

// The configuration file: what is in force, what a text would be, and reloading. Thread-safe.
class ConfigFile : public ConfigPort {
 public:
  // `swap` takes a valid new topology into force; it says why when it cannot.
  using Swap = std::function<absl::Status(std::shared_ptr<const Topology>)>;
  // `known` is of the file, `known_of_texts` of what others send to be checked.
  ConfigFile(std::string path, KnownComparators known, KnownComparators known_of_texts, Swap swap);

  // Reads the file for the first time.
  ConfigResult Load();

  ConfigInForce Present() const override;
  ConfigCheckup Check(std::optional<std::string_view> text, std::string_view filename,
                      SentValues values) override;
  ConfigCheckup Reload(std::string_view actor) override;

  std::uint64_t Reloads() const;
  std::uint64_t FailedReloads() const;

 private:
  ConfigResult Read(std::string& text) const;

  const std::string path_;
  const KnownComparators known_;
  const KnownComparators known_of_texts_;
  const Swap swap_;
  std::mutex reloading_;  // one at a time
  mutable std::mutex mutex_;
  ConfigInForce present_;
  std::uint64_t reloads_ = 0;
  std::uint64_t failed_reloads_ = 0;
};

// What would become of a request, by the functions that decide for real ones.
absl::StatusOr<RequestForecast> ExplainRequest(const TrafficView& view,
                                               const RequestDescription& request);

}  // namespace understudy
