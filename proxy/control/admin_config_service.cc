// Passes texts to the configuration and faults back.
#include "proxy/control/admin_config_service.h"

#include <fmt/format.h>

#include "proxy/base/status.h"
#include "proxy/control/admin_command.h"
#include "proxy/control/admin_convert.h"
#include "proxy/control/admin_status.h"
#include "proxy/control/report_text.h"

namespace understudy {
namespace {

constexpr std::size_t kTextBytes = 1u << 20;

void AddFaults(const ConfigCheckup& checkup,
               google::protobuf::RepeatedPtrField<v1::ConfigFaultDetail>* messages) {
  for (const ConfigComplaint& fault : checkup.faults) {
    v1::ConfigFaultDetail* message = messages->Add();
    message->set_filename(ValidUtf8(fault.filename));
    message->set_line(fault.line);
    message->set_column(fault.column);
    message->set_message(ValidUtf8(fault.message));
  }
}

}  // namespace

grpc::Status AdminConfigService::Get(grpc::ServerContext* context, const v1::GetConfigRequest*,
                                     v1::GetConfigResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Get");
  if (!caller.ok()) return ToGrpc(caller.status());
  const ConfigInForce present = config_.Present();
  response->set_text(ValidUtf8(present.text));
  response->set_hash(present.hash);
  response->set_filename(ValidUtf8(present.filename));
  *response->mutable_loaded_at() = ToProto(present.loaded_at);
  return grpc::Status::OK;
}

grpc::Status AdminConfigService::Check(grpc::ServerContext* context,
                                       const v1::CheckConfigRequest* request,
                                       v1::CheckConfigResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Check");
  if (!caller.ok()) return ToGrpc(caller.status());
  if (request->text().size() > kTextBytes) {
    return ToGrpc(InvalidArgument(fmt::format("the configuration has {} bytes; at most {} are read",
                                              request->text().size(), kTextBytes)));
  }
  if (const absl::Status named = CheckName("filename", request->filename()); !named.ok()) {
    return ToGrpc(named);
  }
  const SentValues values =
      caller->role == AdminRole::kAdmin ? SentValues::kLookedUp : SentValues::kRefused;
  const ConfigCheckup checkup = request->text().empty()
                                    ? config_.Check(std::nullopt, request->filename(), values)
                                    : config_.Check(request->text(), request->filename(), values);
  response->set_valid(checkup.faults.empty());
  response->set_hash(checkup.hash);
  AddFaults(checkup, response->mutable_faults());
  return grpc::Status::OK;
}

grpc::Status AdminConfigService::Reload(grpc::ServerContext* context,
                                        const v1::ReloadConfigRequest* request,
                                        v1::ReloadConfigResponse* response) {
  const absl::StatusOr<AdminCaller> caller = guard_.Admit(*context, kService, "Reload");
  if (!caller.ok()) return ToGrpc(caller.status());
  const absl::StatusOr<std::string> actor = ActorOf(*caller, *context, request->actor());
  if (!actor.ok()) return ToGrpc(actor.status());
  const ConfigCheckup checkup = config_.Reload(*actor);
  response->set_reloaded(checkup.faults.empty());
  response->set_hash(config_.Present().hash);
  AddFaults(checkup, response->mutable_faults());
  return grpc::Status::OK;
}

}  // namespace understudy
