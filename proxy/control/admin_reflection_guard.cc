// A call that is refused is ended with its status before the service reads a message of it.
#include "proxy/control/admin_reflection_guard.h"

#include <grpc/grpc.h>

#include <string>
#include <string_view>

#include "proxy/base/status.h"

namespace understudy {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerInterceptorFactoryInterface;
using grpc::experimental::ServerRpcInfo;

constexpr std::string_view kReflection = "/grpc.reflection.";

class AdmitFirst final : public Interceptor {
 public:
  AdmitFirst(AdminGuard& guard, ServerRpcInfo& call) : guard_(guard), call_(call) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      Admit();
    }
    methods->Proceed();
  }

 private:
  void Admit() {
    const std::string_view path = std::string_view(call_.method()).substr(1);
    const std::size_t slash = path.find('/');
    grpc::ServerContextBase& context = *call_.server_context();
    const auto caller = guard_.Admit(context, path.substr(0, slash), path.substr(slash + 1));
    if (caller.ok()) return;
    grpc_call_cancel_with_status(context.c_call(),
                                 static_cast<grpc_status_code>(caller.status().code()),
                                 Message(caller.status()).c_str(), nullptr);
  }

  AdminGuard& guard_;
  ServerRpcInfo& call_;
};

class Factory final : public ServerInterceptorFactoryInterface {
 public:
  explicit Factory(AdminGuard& guard) : guard_(guard) {}

  Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    if (!std::string_view(call->method()).starts_with(kReflection)) return nullptr;
    return new AdmitFirst(guard_, *call);  // gRPC's from here on
  }

 private:
  AdminGuard& guard_;
};

}  // namespace

std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> MakeReflectionGuard(
    AdminGuard& guard) {
  std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> factories;
  factories.push_back(std::make_unique<Factory>(guard));
  return factories;
}

}  // namespace understudy
