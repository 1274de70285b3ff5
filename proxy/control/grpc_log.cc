// One function for all of gRPC, as its C library wants it.
#include "proxy/control/grpc_log.h"

#include <grpc/support/log.h>

#include <string_view>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/control/log_bound.h"

namespace understudy {
namespace {

void Write(gpr_log_func_args* event) {
  static LogBound bound;
  if (event->severity != GPR_LOG_SEVERITY_ERROR) {
    return spdlog::debug("gRPC: {}", event->message);
  }
  const std::optional<std::uint64_t> left_out = bound.Take(SteadyNow());
  if (!left_out) return;
  if (*left_out == 0) return spdlog::warn("gRPC: {}", event->message);
  spdlog::warn("gRPC: {}; {} lines before this one are not in the log", event->message, *left_out);
}

}  // namespace

void LogGrpcInProcessLog() { gpr_set_log_function(Write); }

}  // namespace understudy
