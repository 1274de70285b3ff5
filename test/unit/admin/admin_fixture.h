// An admin server on port zero over scripted ports, with a channel to it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "proxy/base/status.h"
#include "proxy/control/admin_server.h"
#include "test/support/control_view_samples.h"
#include "test/support/scripted_rollout_control.h"

namespace understudy {

// What the test's thread and the server's threads use in turn. Locked by each of them: that one has
// waited for the other is known to gRPC alone, which the thread sanitizer cannot see.
inline std::mutex turns;
inline void TakeTurn() { std::lock_guard lock(turns); }

struct ScriptedDivergences : DivergenceSource {
  std::map<std::string, DivergenceRecord> records;
  DivergenceFilter last_filter;

  absl::StatusOr<DivergenceListing> List(const DivergenceFilter& filter) override {
    std::lock_guard lock(turns);
    last_filter = filter;
    if (filter.page_token == "foreign") return InvalidArgument("this page token is not mine");
    DivergenceListing listing;
    for (const auto& [id, record] : records) {
      if (listing.records.size() == filter.limit) {
        listing.next_page_token = id;
        break;
      }
      listing.records.push_back(record);
    }
    return listing;
  }
  absl::StatusOr<DivergenceRecord> Find(std::string_view id) override {
    std::lock_guard lock(turns);
    const auto found = records.find(std::string(id));
    if (found == records.end()) return NotFound("no record has this id");
    return found->second;
  }
};

struct ScriptedConfig : ConfigPort {
  ConfigInForce present{"listeners: []\n", "0011223344556677", "understudy.yaml", samples::Noon()};
  std::vector<ConfigComplaint> faults;
  std::string last_actor;
  std::optional<std::string> last_text;
  SentValues last_values = SentValues::kRefused;

  ConfigInForce Present() const override {
    std::lock_guard lock(turns);
    return present;
  }
  ConfigCheckup Check(std::optional<std::string_view> text, std::string_view,
                      SentValues values) override {
    std::lock_guard lock(turns);
    last_values = values;
    last_text.reset();
    if (text.has_value()) last_text = std::string(*text);
    return {faults, "ffffffffffffffff"};
  }
  ConfigCheckup Reload(std::string_view actor) override {
    std::lock_guard lock(turns);
    last_actor = actor;
    return {faults, "ffffffffffffffff"};
  }
};

class AdminFixture {
 public:
  // `config_of_admin` without `grpc`.
  explicit AdminFixture(AdminLimits limits = {}, ControlView view = samples::PassingView(),
                        AdminConfig config_of_admin = {})
      : control(std::move(view)) {
    AdminOptions options;
    options.config = std::move(config_of_admin);
    options.config.grpc = {"127.0.0.1", 0, "127.0.0.1:0"};
    options.limits = limits;
    absl::StatusOr<std::unique_ptr<AdminServer>> started = AdminServer::Start(options, Ports());
    REQUIRE(started.ok());
    server = *std::move(started);
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials());
  }

  AdminPorts Ports() {
    return {control,
            divergences,
            config,
            [this](const RequestDescription& description) -> absl::StatusOr<RequestForecast> {
              std::lock_guard lock(turns);
              last_description = description;
              return forecast;
            },
            {[this] { return control.Wall(); }, [this] { return control.Steady(); }},
            denials};
  }

  // A bound on a call that hangs; no test waits for it.
  static void Bound(grpc::ClientContext& context) {
    context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(60, GPR_TIMESPAN)));
  }

  // Calls a unary method of a stub.
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    Stub& stub, const Request& request, Response& response) {
    grpc::ClientContext context;
    Bound(context);
    if (!actor_metadata.empty()) context.AddMetadata("x-understudy-actor", actor_metadata);
    TakeTurn();
    const grpc::Status status = (stub.*method)(&context, request, &response);
    TakeTurn();
    return status;
  }

  ScriptedRolloutControl control;
  ScriptedDivergences divergences;
  ScriptedConfig config;
  RequestForecast forecast;
  RequestDescription last_description;
  std::string actor_metadata;
  AdminDenials denials;
  std::unique_ptr<AdminServer> server;
  std::shared_ptr<grpc::Channel> channel;
};

}  // namespace understudy
